/* The page's manners: toasts, errors of the network, dialogs, menus, questions before a grave step, what keeps its place. */
(() => {
  "use strict";
  const doc = document;
  const root = doc.documentElement;
  root.classList.add("js");
  const words = JSON.parse(doc.body.dataset.words || "{}");
  window.haicap = { words, toast };

  /* --- toasts ------------------------------------------------------------------------------- */
  function toast(message, tone = "green") {
    const shape = doc.getElementById("toast-shape");
    const box = doc.getElementById("toasts");
    if (!shape || !box || !message) return;
    const made = shape.content.firstElementChild.cloneNode(true);
    made.className = `toast tone-${tone}`;
    made.setAttribute("role", tone === "red" ? "alert" : "status");
    made.querySelector("p").textContent = message;
    box.append(made);
    settle(box);
  }
  function settle(scope) {
    for (const one of scope.querySelectorAll("#toasts [data-toast]:not([data-seen])")) {
      one.dataset.seen = "1";
      if (!one.classList.contains("tone-red")) setTimeout(() => one.remove(), 8000);
    }
  }
  doc.body.addEventListener("toast", (event) => toast(event.detail.message, event.detail.tone));

  /* --- htmx: an error leaves the page as it is and says so ------------------------------------- */
  doc.body.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    if (xhr.status < 400) return;
    const told = xhr.getResponseHeader("HX-Retarget") || xhr.status === 422;
    event.detail.shouldSwap = Boolean(told);
    event.detail.isError = false;
    if (!told) toast(words.busy, "red");
  });
  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    doc.body.addEventListener(name, () => toast(words.offline, "red"));
  }

  /* --- dialogs, menus ---------------------------------------------------------------------------- */
  /* The focus goes to what is wrong, else to what is meant first (data-first), else to the first question. */
  function show(dialog) {
    if (dialog.open) return;
    dialog.showModal();
    const wanted = ["[aria-invalid=true]", "[data-first]", "input:not([type=hidden]), select, textarea", "button"];
    wanted.map((selector) => dialog.querySelector(selector)).find(Boolean)?.focus();
  }
  doc.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog]");
    if (opener) {
      const dialog = doc.getElementById((opener.dataset.dialog || opener.hash || "").replace("#", ""));
      if (dialog) {
        event.preventDefault();
        show(dialog);
      }
      return;
    }
    const closer = event.target.closest("[data-close]");
    if (closer) {
      event.preventDefault();
      const dialog = closer.closest("dialog");
      if (dialog) dialog.close();
      else closer.closest("[data-toast]")?.remove();
    }
    for (const menu of doc.querySelectorAll("details[data-menu][open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  doc.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of doc.querySelectorAll("details[data-menu][open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  /* --- a question before a grave step: data-confirm on the button or link ------------------------- */
  doc.addEventListener("click", (event) => {
    const asked = event.target.closest("[data-confirm]");
    if (!asked || asked.dataset.sure) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const dialog = doc.createElement("dialog");
    dialog.className = "dialog";
    const text = doc.createElement("p");
    text.textContent = asked.dataset.confirm || words.sure;
    const row = doc.createElement("p");
    row.className = "actions";
    const yes = doc.createElement("button");
    yes.className = "button button-primary";
    yes.textContent = asked.textContent.trim();
    const no = doc.createElement("button");
    no.className = "button button-secondary";
    no.textContent = words.cancel;
    row.append(yes, no);
    dialog.append(text, row);
    dialog.setAttribute("aria-label", text.textContent);
    dialog.addEventListener("close", () => dialog.remove());
    no.addEventListener("click", () => dialog.close());
    yes.addEventListener("click", () => {
      dialog.close();
      asked.dataset.sure = "1";
      asked.click();
      delete asked.dataset.sure;
    });
    doc.body.append(dialog);
    dialog.showModal();
  }, true);

  /* --- a form is sent once ---------------------------------------------------------------------- */
  doc.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("hx-post")) return;
    if (form.dataset.sent) event.preventDefault();
    else form.dataset.sent = "1";
  });
  window.addEventListener("pageshow", () => {
    for (const form of doc.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });

  /* --- lists keep their place when the page of the work opens -------------------------------------- */
  const place = () => `place:${location.pathname.split("/")[1]}`;
  const store = (act) => { try { return act(sessionStorage); } catch { return null; } };
  const list = doc.querySelector("[data-list]");
  if (list) {
    const kept = Number(store((s) => s.getItem(place())));
    if (kept) list.scrollTop = kept;
    else list.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
    window.addEventListener("pagehide", () => store((s) => s.setItem(place(), list.scrollTop)));
  }

  /* --- after each arrival of new content ----------------------------------------------------------- */
  function arrive(scope) {
    settle(doc);
    const wanted = scope.matches?.("[data-focus]") ? scope : scope.querySelector("[data-focus]");
    if (wanted) wanted.focus();
    for (const dialog of scope.querySelectorAll("dialog[data-open]")) show(dialog);
  }
  arrive(doc);
  doc.body.addEventListener("htmx:afterSettle", (event) => {
    arrive(event.target);
    if (event.target.id === "work") {
      const from = event.detail.requestConfig?.elt?.closest?.("[data-item]");
      if (from) {
        for (const item of doc.querySelectorAll("[data-list] [data-item]")) item.removeAttribute("aria-current");
        from.setAttribute("aria-current", "true");
      }
      event.target.closest(".panes")?.classList.add("open");
      const pane = event.target.closest(".pane-work");
      if (pane) pane.scrollTop = 0;
      if (pane && pane.getBoundingClientRect().top < 0) pane.scrollIntoView();
    }
  });
  doc.addEventListener("click", (event) => {
    if (!event.target.closest("[data-back]")) return;
    event.preventDefault();
    doc.querySelector(".panes")?.classList.remove("open");
    doc.querySelector("[data-list] [aria-current]")?.focus();
  });
})();
