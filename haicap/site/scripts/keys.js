/* The keyboard: "/" finds, j and k move, Enter opens (the browser's own), letters press what is legal now, g goes.
   Letters are for officials only and can be switched off, since they may disturb those who dictate. */
(() => {
  "use strict";
  const doc = document;
  const staff = doc.documentElement.classList.contains("staff");
  let going = false;

  const off = () => { try { return localStorage.getItem("keys") === "off"; } catch { return false; } };
  const seen = (element) => element.getClientRects().length > 0 && !element.disabled;
  const typing = (element) => element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName)
    && !/^(checkbox|radio|button|submit)$/.test(element.type);
  const find = (scope, selector) => [...scope.querySelectorAll(selector)].find(seen);

  doc.addEventListener("click", (event) => {
    const toggle = event.target.closest("[data-keys]");
    if (!toggle) return;
    const now = off() ? "on" : "off";
    try { localStorage.setItem("keys", now); } catch { /* a browser that keeps nothing keeps the letters */ }
    toggle.setAttribute("aria-pressed", String(now === "on"));
  });
  for (const toggle of doc.querySelectorAll("[data-keys]")) toggle.setAttribute("aria-pressed", String(!off()));

  /* What was done may have left the list: the one that came into its place is then the next. */
  let place = 0;
  const items = () => [...doc.querySelectorAll("[data-item]")].filter(seen);
  doc.addEventListener("focusin", (event) => {
    const item = event.target.closest("[data-item]");
    if (item) place = Math.max(items().indexOf(item), 0);
  });
  function move(step) {
    const all = items();
    const here = all.indexOf(doc.activeElement.closest("[data-item]") || doc.querySelector("[data-item][aria-current]"));
    const next = all[Math.min(Math.max(here < 0 ? place : here + step, 0), all.length - 1)];
    (next?.matches("a, button") ? next : next?.querySelector("a, button, input"))?.focus();
  }

  doc.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.ctrlKey && event.target.form) event.target.form.requestSubmit();
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
    const scope = doc.querySelector("dialog[open]") || doc;
    const search = event.key === "/" && find(scope, "[data-search]");
    if (search) {
      event.preventDefault();
      search.focus();
      search.select();
      return;
    }
    if (!staff || off() || event.key.length !== 1) return;
    const key = event.key.toLowerCase();
    const selector = CSS.escape(key);
    const target = going ? find(doc, `[data-go="${selector}"]`) : find(scope, `[data-key="${selector}"]`);
    going = !going && key === "g" && scope === doc && !target;
    if (target) {
      event.preventDefault();
      target.click();
    } else if (key === "j" || key === "k") {
      event.preventDefault();
      move(key === "j" ? 1 : -1);
    }
  });

  /* Suggestions: down into the list, up and out again, Escape closes it. */
  doc.addEventListener("keydown", (event) => {
    const box = event.target.closest("form")?.querySelector("[data-suggest]");
    if (!box) return;
    const list = doc.getElementById(box.dataset.suggest);
    const links = list ? [...list.querySelectorAll("a")] : [];
    if (event.key === "Escape") {
      if (links.length) event.preventDefault();
      list?.replaceChildren();
      box.focus();
    }
    if (!links.length || !/^Arrow(Down|Up)$/.test(event.key)) return;
    event.preventDefault();
    const place = links.indexOf(doc.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
    (links[place] || (place < 0 ? box : links[links.length - 1])).focus();
  });
  doc.addEventListener("focusout", (event) => {
    const form = event.target.closest?.("form.search");
    setTimeout(() => {
      if (form && !form.contains(doc.activeElement)) form.querySelector(".suggestions")?.replaceChildren();
    }, 250);
  });
})();
