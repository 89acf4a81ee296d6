"""A mail server of our own on free ports: Postfix takes mail over SMTP, Dovecot keeps it and shows it over IMAP.

    python tests/real/servers/mail.py start FOLDER     installs what is missing, prints the ports as JSON
    python tests/real/servers/mail.py stop FOLDER

Both must run as root (Postfix' master does). The folder must be one that other users may enter.

https://www.postfix.org/postconf.5.html, https://www.postfix.org/master.5.html, https://doc.dovecot.org/2.3/
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

PACKAGES = ("postfix", "dovecot-imapd", "dovecot-lmtpd", "openssl")
TOWN, CITIZENS = "town.example", "citizens.example"
PEOPLE = (f"desk@{TOWN}", f"ana@{CITIZENS}")
PASSWORD = "correct horse"
"""Of a server that lives for a minute, on this machine."""
START_S = 30.0

# Postfix' own services, as its manual lists them; none in a chroot, since all paths are the folder's.
SERVICES = """\
127.0.0.1:{smtp} inet n - n - - smtpd
127.0.0.1:{smtps} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 30 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
lmtp unix - - n - - lmtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
showq unix n - n - - showq
postlog unix-dgram n - n - 1 postlogd
"""

POSTFIX = """\
compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
maillog_file = {folder}/postfix.log
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.{town}
mydestination =
alias_maps =
alias_database =
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
virtual_mailbox_domains = {town}, {citizens}
virtual_transport = lmtp:inet:127.0.0.1:{lmtp}
default_transport = error:nothing leaves this machine
smtputf8_enable = yes
smtpd_tls_cert_file = {folder}/cert.pem
smtpd_tls_key_file = {folder}/key.pem
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:{auth}
message_size_limit = 5000000
"""

DOVECOT = """\
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
protocols = imap lmtp
listen = 127.0.0.1
ssl = yes
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
disable_plaintext_auth = no
mail_location = maildir:~/Maildir
mail_uid = mail
mail_gid = mail
first_valid_uid = 1
passdb {{
  driver = passwd-file
  args = scheme=plain username_format=%u {folder}/people
}}
userdb {{
  driver = passwd-file
  args = username_format=%u {folder}/people
  default_fields = uid=mail gid=mail home={folder}/homes/%u
}}
namespace inbox {{
  inbox = yes
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service auth {{
  inet_listener {{
    port = {auth}
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    port = {lmtp}
  }}
}}
"""


def install() -> None:
    """Installs what is missing; raises if it cannot be had."""
    if all(map(shutil.which, ("postfix", "dovecot", "doveadm", "openssl"))):
        return
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update"], ["apt-get", "install", "-y", "--no-install-recommends", *PACKAGES]):
        subprocess.run(command, env=quiet, check=True, stdout=sys.stderr, timeout=600)


def start(folder: Path) -> dict[str, int]:
    """Starts both servers.

    Returns:
        Their ports by service. `cert.pem` in the folder is the certificate of those with TLS, for 127.0.0.1.
    """
    install()
    services = ("smtp", "smtps", "lmtp", "imap", "imaps", "auth")
    ports = dict(zip(services, _free_ports(len(services)), strict=True))
    names = {"folder": folder, "town": TOWN, "citizens": CITIZENS, **ports}
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)
    for name in ("etc", "spool", "data", "homes", "run", "state"):
        (folder / name).mkdir()
    shutil.chown(folder / "data", "postfix")
    shutil.chown(folder / "homes", "mail", "mail")
    (folder / "etc" / "main.cf").write_text(POSTFIX.format(**names))
    (folder / "etc" / "master.cf").write_text(SERVICES.format(**names))
    (folder / "people").write_text("".join(f"{who}:{{PLAIN}}{PASSWORD}::::::\n" for who in PEOPLE))
    (folder / "dovecot.conf").write_text(DOVECOT.format(**names))
    _run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=mx.town.example",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(folder / "key.pem"),
         "-out", str(folder / "cert.pem"))  # fmt: skip
    _run("dovecot", "-c", str(folder / "dovecot.conf"))
    _run("postfix", "-c", str(folder / "etc"), "start")
    for port in ports.values():
        _wait_for(port)
    return ports


def stop(folder: Path) -> None:
    """Stops both servers and removes the folder."""
    for command in (["postfix", "-c", str(folder / "etc"), "stop"],
                    ["doveadm", "-c", str(folder / "dovecot.conf"), "stop"]):  # fmt: skip
        subprocess.run(command, check=False, capture_output=True, timeout=60)
    shutil.rmtree(folder, ignore_errors=True)


def _run(*command: str) -> None:
    # A server inherits what it is given: with a pipe, whoever reads it would wait for the server's end.
    done = subprocess.run(command, check=False, stdout=sys.stderr, stderr=sys.stderr, timeout=60)
    if done.returncode:
        raise SystemExit(f"{command[0]} does not start")


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def _wait_for(port: int) -> None:
    end = time.monotonic() + START_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > end:
                raise SystemExit(f"nothing listens on port {port}") from None
            time.sleep(0.05)
        else:
            return


if __name__ == "__main__":
    _, word, where = sys.argv
    if word == "start":
        sys.stdout.write(json.dumps(start(Path(where))))
    else:
        stop(Path(where))
