"""A browser for the real lane: Debian's Chromium, which Playwright drives.

    python tests/real/servers/browser.py      installs it where it is missing (needs root) and prints its path

Playwright's own browsers are not downloaded: https://playwright.dev/python/docs/browsers
"""

import os
import shutil
import subprocess
import sys

PACKAGE = "chromium"


def find() -> str | None:
    """The browser's path, if there is one."""
    return shutil.which("chromium")


def install() -> str:
    """The browser's path, after it has been installed where it was missing."""
    get = ["apt-get", "-o", "DPkg::Lock::Timeout=600", "install", "-y", "--no-install-recommends", PACKAGE]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in ([], ["apt-get", "update"]):
        if command:
            subprocess.run(command, check=True, stdout=sys.stderr, env=environment, timeout=600)
        if find() is None:
            subprocess.run(get, check=False, stdout=sys.stderr, env=environment, timeout=900)
        if (path := find()) is not None:
            return path
    raise SystemExit("Chromium cannot be installed")


if __name__ == "__main__":
    sys.stdout.write(install())
