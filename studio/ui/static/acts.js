// Lists with buttons of their own: a click on [data-act] is told to the server with its data attributes.
// Rows can be edited in place: [data-slot] texts become fields, and only what is saved leaves the browser.
(() => {
  const edit = (row) => {
    row.classList.add("editing");
    for (const slot of row.querySelectorAll("[data-slot]")) {
      const field = document.createElement("textarea");
      field.value = slot.textContent;
      field.setAttribute("aria-label", slot.dataset.label);
      field.dataset.field = slot.dataset.slot;
      field.rows = Math.min(14, Math.max(2, Math.ceil(slot.textContent.length / 70) + slot.textContent.split("\n").length - 1));
      slot.hidden = true;
      slot.after(field);
    }
    row.querySelector("textarea")?.focus();
  };
  const leave = (row) => {
    row.classList.remove("editing");
    row.querySelectorAll("textarea[data-field]").forEach((field) => field.remove());
    row.querySelectorAll("[data-slot]").forEach((slot) => { slot.hidden = false; });
    row.querySelector("[data-act=edit]")?.focus();
  };
  const written = (row) =>
    Object.fromEntries([...row.querySelectorAll("[data-field]")].map((field) => [field.dataset.field, field.value]));

  // Downloads that may be refused: asked first, so that a refusal is a sentence here and not a page of its own.
  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("form[data-waiting]");
    if (!form) return;
    event.preventDefault();
    const said = form.querySelector("[role=status]");
    const address = `${form.action}?${new URLSearchParams(new FormData(form))}`;
    said.textContent = form.dataset.waiting;
    try {
      const answer = await fetch(address);
      const refusal = answer.ok ? null : await answer.json();
      answer.body?.cancel?.().catch(() => {});
      said.textContent = refusal ? `${refusal.happened} ${refusal.remedy}` : "";
      if (!refusal) window.location.assign(address);
    } catch { said.textContent = form.dataset.offline; }
  });

  window.studioActs = (element, trigger, watch, events) => {
    element.addEventListener("click", (click) => {
      const pressed = click.target.closest("[data-act]");
      if (!pressed) return;
      const row = pressed.closest("[data-row]");
      const act = pressed.dataset.act;
      if (pressed.dataset.to) document.getElementById(pressed.dataset.to)?.scrollIntoView({ block: "center" });
      if (act === "edit") edit(row);
      else if (act === "new") edit(element.querySelector(`[data-row="${pressed.dataset.form || "new"}"]`));
      else if (act === "leave") leave(row);
      else trigger(events[pressed.dataset.event || "submit"], { ...row?.dataset, ...pressed.dataset, texts: row ? written(row) : {} });
    });
    element.addEventListener("keydown", (key) => {
      const row = key.target.closest?.(".editing");
      if (key.key === "Escape" && row) leave(row);
    });
    watch("value", () => {
      const form = element.querySelector("[data-open]");
      if (form) edit(form);
      else element.querySelector("[data-focus]")?.focus();
    });
  };
})();
