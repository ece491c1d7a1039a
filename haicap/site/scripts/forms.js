/* Forms: drafts that save themselves, uploads with progress, dates as people type them, the identity card's QR text,
   tables sorted by a click on their header. Every page works without this file. */
(() => {
  "use strict";
  const doc = document;
  const { words } = window.haicap;
  const token = () => JSON.parse(doc.body.getAttribute("hx-headers"))["X-CSRFToken"];
  const clock = () => new Date().toLocaleTimeString("vi-VN", { hour: "2-digit", minute: "2-digit" });

  /* --- a draft saves itself: <form data-autosave="/url"> with a [data-autosave-status] in it -------- */
  const drafts = new WeakMap();
  function say(form, text) {
    const status = form.querySelector("[data-autosave-status]");
    if (status) status.textContent = text;
  }
  async function save(form, leaving = false) {
    const draft = drafts.get(form);
    if (!draft?.changed || draft.busy) return;
    clearTimeout(draft.timer);
    draft.changed = false;
    draft.busy = true;
    const body = new FormData(form);
    for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
    say(form, words.saving);
    try {
      const answer = await fetch(form.dataset.autosave, {
        method: "POST", body, keepalive: leaving, headers: { "X-CSRFToken": token(), "X-Autosave": "1", Accept: "application/json" },
      });
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      if ((answer.headers.get("Content-Type") || "").startsWith("application/json")) {
        for (const [name, value] of Object.entries(await answer.json())) {
          const input = form.elements.namedItem(name);
          if (input?.type === "hidden") input.value = value;
        }
      }
      say(form, `${words.saved} ${clock()}`);
    } catch {
      draft.changed = true;
      say(form, words.unsaved);
      draft.timer = setTimeout(() => save(form), 15000);
    } finally {
      draft.busy = false;
      if (draft.waiting) form.requestSubmit(draft.waiting.submitter);
    }
  }
  /* What is sent by the button needs no saving; one on its way is waited for, it changes the version. */
  doc.addEventListener("submit", (event) => {
    const draft = drafts.get(event.target);
    if (!draft) return;
    clearTimeout(draft.timer);
    draft.changed = false;
    draft.waiting = null;
    if (!draft.busy) return;
    event.preventDefault();
    event.stopPropagation();
    draft.waiting = { submitter: event.submitter };
  }, true);
  for (const kind of ["input", "change"]) {
    doc.addEventListener(kind, (event) => {
      const form = event.target.form;
      if (!form?.dataset.autosave || event.target.type === "file") return;
      const draft = drafts.get(form) || {};
      drafts.set(form, draft);
      draft.changed = true;
      clearTimeout(draft.timer);
      draft.timer = setTimeout(() => save(form), 2500);
    });
  }
  doc.addEventListener("visibilitychange", () => {
    if (doc.visibilityState === "hidden") for (const form of doc.querySelectorAll("form[data-autosave]")) save(form, true);
  });
  window.addEventListener("online", () => {
    for (const form of doc.querySelectorAll("form[data-autosave]")) save(form);
  });

  /* --- uploads show how far they are ------------------------------------------------------------------ */
  doc.body.addEventListener("htmx:xhr:progress", (event) => {
    const bar = event.target.closest?.("[data-upload]")?.querySelector("progress");
    if (!bar || !event.detail.lengthComputable) return;
    bar.hidden = false;
    bar.value = (100 * event.detail.loaded) / event.detail.total;
  });
  doc.body.addEventListener("htmx:afterRequest", (event) => {
    const bar = event.target.closest?.("[data-upload]")?.querySelector("progress");
    if (bar) bar.hidden = true;
    if (event.target.type === "file" && !event.detail.successful) event.target.value = "";
  });
  /* What was mended by an upload leaves the list of what is wrong above the page. */
  doc.body.addEventListener("htmx:afterSettle", (event) => {
    const list = event.target.matches?.(".upload") && doc.querySelector(".error-summary ul");
    if (!list) return;
    for (const link of list.querySelectorAll("a[href^='#']")) {
      const control = doc.getElementById(decodeURIComponent(link.hash.slice(1)));
      if (control && !control.matches("[aria-invalid=true]")) link.closest("li").remove();
    }
    const title = list.parentElement.querySelector("h2");
    if (list.children.length) title.lastChild.textContent = title.textContent.replace(/\d+/, list.children.length);
    else list.parentElement.remove();
  });
  /* Without a change of files there is nothing to send with the page's own form: they are already there. */
  doc.addEventListener("htmx:configRequest", (event) => {
    if (event.target.type === "file" && !event.target.files.length) event.preventDefault();
  });

  /* --- dates: 1.2.26, 01022026 and 1-2-2026 become 01/02/2026 ------------------------------------------- */
  doc.addEventListener("change", (event) => {
    if (!event.target.matches("[data-date]")) return;
    const typed = event.target.value.trim();
    const parts = /^\d{8}$/.test(typed) ? [typed.slice(0, 2), typed.slice(2, 4), typed.slice(4)] : typed.split(/[\s./-]+/);
    if (parts.length !== 3 || parts.some((part) => !/^\d+$/.test(part)) || parts[0].length > 2) return;
    if (parts[2].length !== 4) return;
    event.target.value = `${parts[0].padStart(2, "0")}/${parts[1].padStart(2, "0")}/${parts[2]}`;
  });

  /* --- questions that hang on an answer: [data-shown-if="name"][data-shown-in='["x"]'] ------------------------ */
  function answered(form, name) {
    const asked = form?.elements.namedItem(name);
    if (!asked) return null;
    const one = asked instanceof RadioNodeList ? asked[0] : asked;
    if (one.closest("[data-shown-if][hidden]")) return "false";
    return one.type === "checkbox" ? String(one.checked) : asked.value;
  }
  function showAsked(scope) {
    for (const part of scope.querySelectorAll("[data-shown-if]")) {
      const value = answered(part.closest("form"), part.dataset.shownIf);
      if (value === null) continue;
      part.classList.remove("answers-shut");
      part.hidden = !JSON.parse(part.dataset.shownIn).map(String).includes(value);
    }
  }
  doc.addEventListener("change", (event) => {
    if (event.target.form?.querySelector("[data-shown-if]")) showAsked(event.target.form);
  });
  showAsked(doc);
  doc.body.addEventListener("htmx:load", (event) => showAsked(event.target));

  /* --- the page on paper --------------------------------------------------------------------------------------- */
  doc.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
  });

  /* --- the card's QR text from a scanner that types: sent when it presses Enter, or pauses ----------------- */
  const scans = new WeakMap();
  function scanned(input) {
    clearTimeout(scans.get(input));
    if (input.value.trim()) window.htmx.trigger(input, "scanned");
  }
  doc.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("[data-qr-target]")) return;
    event.preventDefault();
    scanned(event.target);
  });
  doc.addEventListener("input", (event) => {
    const input = event.target;
    if (!input.matches("[data-qr-target]")) return;
    clearTimeout(scans.get(input));
    if (input.value.split("|").length >= 6) scans.set(input, setTimeout(() => scanned(input), 400));
  });

  /* --- tables: a click on a header sorts ----------------------------------------------------------------------- */
  function sortable(scope) {
    for (const header of scope.querySelectorAll("table[data-sortable] th[data-sort]")) {
      if (header.querySelector("button, a")) continue;
      const button = doc.createElement("button");
      button.type = "button";
      button.append(...header.childNodes);
      header.append(button);
    }
  }
  doc.addEventListener("click", (event) => {
    const header = event.target.closest("table[data-sortable] th[data-sort]");
    if (!header || !event.target.closest("button, a")) return;
    event.preventDefault();
    const column = header.cellIndex;
    const before = header.getAttribute("aria-sort");
    const mostFirst = !before && header.matches(".is-number:has(a)");  // as the link does it without the script
    const order = before === "ascending" || mostFirst ? -1 : 1;
    const body = header.closest("table").tBodies[0];
    const value = (row) => row.cells[column].dataset.value ?? row.cells[column].textContent.trim();
    const compare = new Intl.Collator("vi", { numeric: true }).compare;
    const sorted = [...body.rows].sort((a, b) => {
      const [x, y] = [value(a), value(b)];
      const numbers = x !== "" && y !== "" && !Number.isNaN(Number(x)) && !Number.isNaN(Number(y));
      return order * (numbers ? Number(x) - Number(y) : compare(x, y));
    });
    for (const other of header.parentElement.cells) other.removeAttribute("aria-sort");
    header.setAttribute("aria-sort", order === 1 ? "ascending" : "descending");
    body.append(...sorted);
  });
  sortable(doc);
  doc.body.addEventListener("htmx:load", (event) => sortable(event.target));
})();
