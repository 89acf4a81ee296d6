// The one tag a page needs: <script src="https://HOST/chat/ACCOUNT/widget.js" defer></script>
// It loads the chat itself as modules from the same place, and nothing from anywhere else.
(() => {
  "use strict";
  const script = document.currentScript;
  if (!script || !script.src) return;
  const account = script.dataset.account;
  const base = new URL(account ? `../${encodeURIComponent(account)}/` : "./", script.src).href;
  import(new URL("element.js", base).href)
    .then((module) => module.mount(script.dataset, base, script))
    .catch((error) => console.error("omnilink chat: could not be loaded", error));
})();
