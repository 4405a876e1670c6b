/* What the page does with scripts on. It works without: nothing here is needed to read, to enter or to decide anything.
   The parts are found by their data attributes; those marked data-scripted are hidden until this script is there. */
"use strict";

(() => {
  // ------------------------------------------------------------------------------------------------------- exact figures
  // A figure is a BigInt of hundred-thousandths: QuickBooks knows five decimals of a quantity and a rate. Never a float.
  const PLACES = 5;
  const UNIT = 10n ** BigInt(PLACES);
  const FIGURE = /^([+-]?)(\d{1,15}|\d{1,3}(?:,\d{3})+)?(?:\.(\d{0,5}))?$/;

  const read = (text) => { // a BigInt; 0n if nothing is typed, null if it is no figure
    const typed = text.trim();
    if (typed === "") return 0n;
    const found = FIGURE.exec(typed);
    if (found === null || (found[2] === undefined && !found[3])) return null;
    const value = BigInt((found[2] ?? "0").replaceAll(",", "")) * UNIT + BigInt((found[3] ?? "").padEnd(PLACES, "0"));
    return found[1] === "-" ? -value : value;
  };

  const divided = (value, by) => { // rounded half away from zero, as invoices are
    const half = by / 2n;
    return value < 0n ? -((-value + half) / by) : (value + half) / by;
  };

  const shown = (cents) => { // "-1,250.00"
    const digits = String(cents < 0n ? -cents : cents).padStart(3, "0");
    const whole = digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ",");
    return `${cents < 0n ? "-" : ""}${whole}.${digits.slice(-2)}`;
  };

  const CENTS = UNIT / 100n; // from hundred-thousandths to cents

  const fixedCents = (line) => { // of a line whose amount is given without a rate; null if it has none
    const fixed = line.querySelector("[data-amount]").dataset.fixed;
    const value = fixed === undefined ? null : read(fixed);
    return value === null ? null : divided(value, CENTS);
  };

  const lineCents = (line) => { // null while a figure of it cannot be read
    const quantityTyped = line.querySelector("[data-quantity]").value;
    const rateTyped = line.querySelector("[data-rate]").value;
    if (rateTyped.trim() === "") return fixedCents(line) ?? 0n;
    const quantity = quantityTyped.trim() === "" ? UNIT : read(quantityTyped);
    const rate = read(rateTyped);
    return quantity === null || rate === null ? null : divided(quantity * rate, UNIT * CENTS);
  };

  const addLines = (region) => {
    let total = 0n;
    for (const line of region.querySelectorAll("[data-line]")) {
      const cents = lineCents(line);
      const typed = line.querySelector("[data-rate]").value.trim() !== "" || fixedCents(line) !== null;
      line.querySelector("[data-amount]").textContent = cents === null || !typed ? "–" : shown(cents);
      total = cents === null || total === null ? null : total + cents;
    }
    region.querySelector("[data-total]").textContent = total === null ? "–" : shown(total);
  };

  const moreLines = (button) => { // the row that the server would add, at once
    const rows = button.closest("[data-lines]").querySelectorAll("[data-line]");
    const last = rows[rows.length - 1];
    const row = last.cloneNode(true);
    row.querySelectorAll(".error, .note, input[type=hidden]").forEach((part) => part.remove());
    for (const field of row.querySelectorAll("[name]")) {
      field.value = "";
      field.name = field.name.replace(/-\d+-/, `-${rows.length}-`);
      field.id = `f-${field.name}`;
      field.setAttribute("aria-label", field.getAttribute("aria-label").replace(/\d+$/, rows.length + 1));
      field.removeAttribute("aria-invalid");
      field.removeAttribute("aria-describedby");
    }
    delete row.querySelector("[data-amount]").dataset.fixed;
    last.after(row);
    if (typeof htmx !== "undefined") htmx.process(row);
    row.querySelector("[name]").focus();
    figures();
  };

  const splitPayment = (region) => {
    const total = read(document.getElementById(region.dataset.split)?.value ?? "");
    const parts = [...region.querySelectorAll("[data-part]")].map((part) => read(part.value));
    const known = total !== null && !parts.includes(null);
    const rest = known ? divided(total - parts.reduce((sum, part) => sum + part, 0n), CENTS) : null;
    const output = region.querySelector("[data-rest]");
    output.textContent = rest === null ? "–" : shown(rest);
    output.classList.toggle("too-much", rest !== null && rest < 0n);
  };

  const figures = () => {
    document.querySelectorAll("[data-lines]").forEach(addLines);
    document.querySelectorAll("[data-split]").forEach(splitPayment);
  };

  // -------------------------------------------------------------------------------------------------------------- copying
  const copied = async (text, button) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch { // a page over plain http has no clipboard: the text is selected, and copied the old way
      const code = button.parentElement.querySelector("code");
      if (code === null) return false;
      getSelection().selectAllChildren(code);
      return document.execCommand("copy");
    }
  };

  const copy = async (button) => {
    if (!(await copied(button.dataset.copy, button))) return;
    const label = button.getAttribute("aria-label");
    button.classList.add("copied");
    button.setAttribute("aria-label", "Copied");
    setTimeout(() => {
      button.classList.remove("copied");
      button.setAttribute("aria-label", label);
    }, 2000);
  };

  // -------------------------------------------------------------------------------------------------------------- ticking
  const boxes = (name) => [...document.getElementsByName(name)].filter((box) => box.type === "checkbox");

  const count = (name) => {
    const all = boxes(name);
    const ticked = all.filter((box) => box.checked).length;
    for (const master of document.querySelectorAll("[data-tick-all]")) {
      if (master.dataset.tickAll !== name) continue;
      master.checked = ticked > 0 && ticked === all.length;
      master.indeterminate = ticked > 0 && ticked < all.length;
    }
    for (const output of document.querySelectorAll("[data-ticked]")) {
      if (output.dataset.ticked === name) output.textContent = ticked === 0 ? "None ticked" : `${ticked} ticked`;
    }
  };

  const tickAll = (master) => {
    for (const box of boxes(master.dataset.tickAll)) box.checked = master.checked;
    count(master.dataset.tickAll);
  };

  // ----------------------------------------------------------------------------------------- regions that renew themselves
  const pressable = (region) => [...region.querySelectorAll("a[href], button, summary")];
  const said = (part) => part?.getAttribute("aria-label") ?? part?.textContent;
  const typing = (region) => region.contains(document.activeElement) && document.activeElement.matches("input, select, textarea");
  const resting = (region) => document.hidden || typing(region) || region.querySelector("[open]") !== null;

  document.addEventListener("htmx:beforeRequest", (event) => { // nothing is fetched unseen, or from under a reader
    if (event.target.matches("[data-live]") && resting(event.target)) event.preventDefault();
  });

  const focused = new WeakMap(); // a link or button that was pressed keeps the focus, though it is replaced by its like

  document.addEventListener("htmx:beforeSwap", ({ target }) => {
    const place = pressable(target).indexOf(document.activeElement);
    focused.set(target, { place, words: said(pressable(target)[place]) });
  });

  document.addEventListener("htmx:afterSwap", ({ target }) => {
    const { place, words } = focused.get(target) ?? { place: -1 };
    const part = pressable(target)[place];
    if (part !== undefined && said(part) === words) part.focus({ preventScroll: true });
  });

  document.addEventListener("visibilitychange", () => {
    if (document.hidden || typeof htmx === "undefined") return;
    document.querySelectorAll("[data-live]").forEach((region) => htmx.trigger(region, "seen"));
  });

  // ------------------------------------------------------------------------------------------------------------- time zone
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone && /^[\w+\/-]+$/.test(zone) && !document.cookie.split("; ").includes(`zone=${zone}`)) {
    document.cookie = `zone=${zone}; path=/; max-age=31536000; samesite=strict`;
  }

  // ---------------------------------------------------------------------------------------------------------------- wiring
  const enhance = (root) => {
    root.querySelectorAll("[data-scripted]").forEach((part) => {
      part.hidden = false;
    });
    document.querySelectorAll("[data-tick-all]").forEach((master) => count(master.dataset.tickAll));
    figures();
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (button !== null) copy(button);
    const more = event.target.closest("[data-lines] button[name=more]");
    if (more !== null) {
      event.preventDefault();
      moreLines(more);
    }
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-tick-all]")) tickAll(event.target);
    else if (event.target.type === "checkbox") count(event.target.name);
  });
  document.addEventListener("input", figures);
  document.addEventListener("htmx:load", (event) => enhance(event.target));
  enhance(document);
})();
