// One small script for every page: lists, keys, dialogs, colours, scanner. No framework, no inline handlers.
(() => {
  "use strict";
  const $ = (css, root = document) => root.querySelector(css);
  const $$ = (css, root = document) => [...root.querySelectorAll(css)];
  const typing = (el) => el.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");

  const say = (words) => {
    const toast = document.createElement("p");
    toast.textContent = words;
    $("#toasts")?.append(toast);
    setTimeout(() => toast.remove(), 6000);
  };

  // Lists: what is selected, and the bar that takes the filters' place so that it covers no row.
  const boxes = () => $$("#rows .sel [name=selected]");
  const count = () => {
    const board = $("[data-board]"), bulk = $(".bulk");
    if (!board || !bulk) return;
    const all = boxes(), chosen = all.filter((box) => box.checked).length, every = $("[data-all]");
    bulk.hidden = !chosen;
    board.classList.toggle("picking", chosen > 0);
    $("[data-chosen]").textContent = chosen;
    if (every) {
      every.checked = chosen > 0 && chosen === all.length;
      every.indeterminate = chosen > 0 && chosen < all.length;
    }
  };
  let last = null;
  document.addEventListener("click", (event) => {
    const box = event.target.closest("#rows .sel [name=selected]");
    if (!box) return;
    const all = boxes();
    if (event.shiftKey && last && all.includes(last)) {
      const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
      all.slice(from, to + 1).forEach((each) => { each.checked = box.checked; });
    }
    last = box;
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-all]")) boxes().forEach((box) => { box.checked = event.target.checked; });
    count();
  });
  document.addEventListener("input", (event) => {
    // Who types how much means the row.
    if (!event.target.name?.startsWith("quantity-")) return;
    const row = event.target.closest("tr"), box = row && $("[name=selected]", row);
    if (box) box.checked = event.target.value.trim() !== "" && event.target.value.trim() !== "0";
    count();
  });
  // A list wider than its page scrolls within itself.
  const fit = () => $$(".scroll").forEach((box) => box.classList.toggle("wide", box.firstElementChild.offsetWidth > box.clientWidth + 1));
  // What somebody types while a picture of the form is fetched stays, and is in the next picture.
  let meanwhile = [];
  document.addEventListener("htmx:beforeSwap", (event) => {
    const sent = event.detail.requestConfig?.formData, fields = $$("input[id][name]:not([type=checkbox], [type=radio], [type=hidden]), select[id][name]", event.detail.target);
    meanwhile = sent ? fields.filter((field) => sent.getAll(field.name).length === 1 && sent.get(field.name) !== field.value).map((field) => [field.id, field.value]) : [];
  });
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    if (event.detail.target === document.activeElement && event.detail.target.value) event.detail.shouldSwap = false;
  });
  document.addEventListener("htmx:afterSwap", () => {
    const kept = meanwhile.map(([id, value]) => [document.getElementById(id), value]).filter(([field]) => field);
    meanwhile = [];
    kept.forEach(([field, value]) => { field.value = value; });
    // Afterwards, since htmx sends nothing for what is not settled yet.
    if (kept.length) setTimeout(() => kept[0][0].dispatchEvent(new Event("change", { bubbles: true })), 50);
    count();
    fit();
  });
  window.addEventListener("resize", fit);
  const offline = () => say(document.documentElement.lang === "de" ? "Keine Verbindung. Bitte noch einmal." : "No connection. Please try again.");
  document.addEventListener("htmx:sendError", offline);
  window.addEventListener("pageshow", count);

  // A refused act on one row is sent again with the quantity that is offered.
  const take = (quantity) => {
    const rows = $("#rows[data-act]"), ticked = boxes().filter((box) => box.checked);
    if (!rows || quantity === undefined || ticked.length !== 1) return;
    $(`[name="quantity-${ticked[0].value}"]`, rows).value = quantity;
    rows.requestSubmit($(`[form=rows][formaction="${rows.dataset.act}"]`));
  };

  // What an act asks for counts only while its dialog is open.
  const show = (dialog) => {
    const asked = dialog && $("[data-asked]", dialog);
    if (asked) {
      asked.disabled = false;
      for (const field of $$("[data-of]", asked)) {
        const ticked = boxes().some((box) => box.checked && $(`a[href="${field.dataset.of}"]`, box.closest("tr")));
        field.hidden = $("input", field).disabled = !ticked;
      }
      dialog.addEventListener("close", () => { asked.disabled = true; }, { once: true });
    }
    dialog?.showModal();
  };

  // Rows under the keyboard.
  const move = (step) => {
    const rows = $$("#rows tbody tr, table.list tbody tr");
    if (!rows.length) return;
    const at = rows.findIndex((row) => row.classList.contains("at"));
    const to = rows[Math.max(0, Math.min(rows.length - 1, at < 0 ? 0 : at + step))];
    rows[at]?.classList.remove("at");
    to.classList.add("at");
    to.scrollIntoView({ block: "nearest" });
    ($(".k-link a", to) || $("a, input", to))?.focus({ preventScroll: true });
  };

  let going = 0;
  const keys = {
    "/": () => { $("#search")?.focus(); $("#search")?.select(); },
    j: () => move(1),
    k: () => move(-1),
    x: () => { const box = $("tr.at .sel input"); if (box) { box.checked = !box.checked; count(); } },
    n: () => $("[data-new]")?.click(),
    "?": () => $("#help")?.showModal(),
    g: () => { going = Date.now(); },
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && typing(event.target)) { event.target.blur(); return; }
    if (typing(event.target) || $("dialog[open]")) return;
    if (Date.now() - going < 1500) {
      const stop = $(`[data-go="${CSS.escape(event.key)}"]`);
      going = 0;
      if (stop) { event.preventDefault(); stop.click(); return; }
    }
    if (event.key === "Enter" && event.target === document.body) { $("tr.at .k-link a")?.click(); return; }
    if (keys[event.key]) { event.preventDefault(); keys[event.key](); }
  });

  document.addEventListener("click", (event) => {
    const at = (css) => event.target.closest(css);
    const opener = at("[data-dialog]"), theme = at("[data-theme-set]"), remedy = at("[data-remedy]");
    if (opener) { $("#me")?.hidePopover?.(); show(document.getElementById(opener.dataset.dialog)); }
    if (at("[data-shut]")) at("dialog").close();
    if (at("[data-close]")) at(".said, .refusal")?.remove();
    if (at("[data-none]")) { boxes().forEach((box) => { box.checked = false; }); count(); }
    if (at("#menu")) menu(!$("#nav").classList.contains("open"));
    else if (!at("#nav")) menu(false);
    if (theme) colour(theme.dataset.themeSet);
    if (remedy && !remedy.closest("form")) take(JSON.parse(remedy.dataset.remedy).quantity);
    else if (remedy) {
      const form = remedy.closest("form");
      Object.entries(JSON.parse(remedy.dataset.remedy)).forEach(([name, value]) => {
        let field = form?.elements[name] ?? (name === "location" ? form?.elements.from : null);
        if (form && !field) {
          field = document.createElement("input");
          Object.assign(field, { type: "hidden", name });
          form.append(field);
        }
        if (field?.type === "checkbox") field.checked = Boolean(value);
        else if (field?.tagName === "SELECT") field.value = [...field.options].find((one) => one.value === value || one.text === value)?.value ?? field.value;
        else if (field) field.value = value;
      });
      form?.requestSubmit();
    }
    $$("details.drop[open]").forEach((drop) => { if (!drop.contains(event.target)) drop.open = false; });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    $$("details.drop[open]").forEach((drop) => { drop.open = false; $("summary", drop).focus(); });
    menu(false);
  });
  const menu = (open) => {
    const nav = $("#nav");
    if (!nav || nav.classList.contains("open") === open) return;
    nav.classList.toggle("open", open);
    $("#menu").setAttribute("aria-expanded", open);
    (open ? $("a", nav) : $("#menu")).focus();
  };
  const colour = (chosen) => {
    if (chosen === "auto") { localStorage.removeItem("theme"); delete document.documentElement.dataset.theme; }
    else { localStorage.setItem("theme", chosen); document.documentElement.dataset.theme = chosen; }
    pressed();
  };
  const pressed = () => {
    const now = document.documentElement.dataset.theme || "auto";
    $$("[data-theme-set]").forEach((button) => button.setAttribute("aria-pressed", button.dataset.themeSet === now));
  };

  // One act, one request: a second press on the same button does nothing.
  document.addEventListener("submit", (event) => {
    if (event.target.method !== "post" || event.defaultPrevented) return;
    if (event.target.dataset.sent) { event.preventDefault(); return; }
    event.target.dataset.sent = "1";
    setTimeout(() => { delete event.target.dataset.sent; }, 3000);
  });

  // Scanner: a wedge types fast and ends with Enter; each scan beeps, counts and can be taken back.
  let audio = null;
  const beep = (good) => {
    audio ??= new AudioContext();
    const tone = audio.createOscillator(), gain = audio.createGain(), t = audio.currentTime;
    tone.type = good ? "sine" : "square";
    tone.frequency.value = good ? 1320 : 196;
    gain.gain.setValueAtTime(0.12, t);
    gain.gain.exponentialRampToValueAtTime(0.001, t + (good ? 0.12 : 0.4));
    tone.connect(gain).connect(audio.destination);
    tone.start(t);
    tone.stop(t + (good ? 0.12 : 0.4));
  };
  const same = (code) => code.normalize("NFKC").trim().toLowerCase();
  // Scanners read a GTIN with or without leading zeros.
  const bare = (code) => /^\d{8,14}$/.test(same(code)) ? same(code).replace(/^0+/, "") : same(code);
  // What is rejected is told beside what is received. Nobody scans what is broken: unless somebody says how many
  // arrived, it came beside what is scanned, as far as so many are expected.
  const rejected = (scanner) => Number($("[name^=rejected-]", scanner.closest("tbody") ?? document.createElement("p"))?.value.trim()) || 0;
  const tally = (scanner) => {
    const told = $("[data-tally]", scanner), arrived = told && $("[name^=quantity-]", scanner.closest("tbody"));
    if (!arrived) return;
    const turned = rejected(scanner), scanned = $$("[data-scanned] li", scanner).length, wanted = Number(scanner.dataset.wanted);
    if ("proposed" in arrived.dataset || !arrived.value) {
      arrived.value = turned ? scanned + (scanned + turned > wanted ? 0 : turned) : "";
      arrived.dataset.proposed = "";
    }
    told.hidden = !turned;
    $("[data-counted]", scanner).hidden = Boolean(turned);
    const says = { received: Number(arrived.value) - turned, rejected: turned, wanted };
    told.textContent = told.dataset.tally.replace(/\{(\w+)\}/g, (_, name) => says[name]);
  };
  $$("[data-scanner]").forEach(tally);
  const counted = (scanner) => {
    const list = $$("[data-scanned] li", scanner);
    $("[data-count]", scanner).textContent = list.length;
    tally(scanner);
    scanner.dispatchEvent(new CustomEvent("scanned", { bubbles: true, detail: list.length }));
  };
  // Goods without numbers of their own are counted by the code of their product, up to what is open; the first
  // scan empties what is proposed. A code of theirs counts from any scanner of the page.
  const known = (codes) => Array.isArray(codes) ? codes.map((code) => [code, 1]) : Object.entries(codes);
  // What was scanned on this page, each with how it is taken back.
  const scans = [];
  // What stands in a form that came back refused was scanned before this page: its newest stands first.
  const undoLast = (scanner) => {
    const last = scans.pop(), earlier = last ? null : $("[data-scanned] [data-unscan]", scanner);
    if (earlier) { earlier.click(); beep(true); return; }
    if (!last) { beep(false); return; }
    last.back();
    const told = $("[data-last]", last.scanner);
    told.textContent = `${last.scanner.dataset.back}: ${last.code}`;
    told.classList.remove("bad");
    beep(true);
  };
  // Units that are listed are ticked by their number; one that is not listed, or ticked already, is an error.
  const ticked = (scanner, code) => {
    const told = $("[data-last]", scanner);
    const box = $$("[data-serial]").filter((one) => same(one.dataset.serial) === same(code)).map((one) => $("input[type=checkbox]", one)).find(Boolean);
    const good = Boolean(box) && !box.checked;
    told.textContent = good ? code : `${code}: ${box ? scanner.dataset.twice : scanner.dataset.none}`;
    told.classList.toggle("bad", !good);
    beep(good);
    if (!good) return;
    box.checked = true;
    const count = () => { $("[data-count]", scanner).textContent = $$("[data-serial] input:checked").length; };
    count();
    scans.push({ scanner, code, back: () => { box.checked = false; count(); } });
  };
  // The code of goods with numbers says whose the next numbers are; without one they are of the first goods that lack some.
  const echoed = (from, to) => {
    if (from === to) return;
    const told = $("[data-last]", to), says = $("[data-last]", from);
    told.textContent = says.textContent;
    told.classList.toggle("bad", says.classList.contains("bad"));
  };
  const headed = (scanner, code) => {
    const heads = $$("[data-heads]"), head = heads.find((one) => JSON.parse(one.dataset.heads).some((known) => bare(known) === bare(code)));
    if (!head) return false;
    heads.forEach((one) => { delete one.dataset.current; });
    head.dataset.current = "";
    const told = $("[data-last]", scanner);
    told.textContent = `${code}: ${scanner.closest("form").dataset.next ?? ""}`;
    told.classList.remove("bad");
    head.scrollIntoView({ block: "nearest" });
    beep(true);
    return true;
  };
  // Where not every row stands on the page, a code that none of them has asks for its rows; what nobody knows is a
  // number of the goods that were read last. Codes take their turns, as a scanner is faster than any answer.
  let asking = Promise.resolve();
  const stands = (code) => $$("[data-codes], [data-heads]").some((row) => known(JSON.parse(row.dataset.codes ?? row.dataset.heads)).some(([one]) => bare(one) === bare(code)));
  const brought = (scanner, code) => {
    const form = scanner.closest("[data-rows]");
    if (!form || !("counts" in scanner.dataset) || stands(code)) return false;
    asking = asking.then(() => bring(form, scanner, code));
    return true;
  };
  const bring = async (form, scanner, code) => {
    if (stands(code)) { scan(scanner, code); return; }
    const vendor = form.elements.vendor, told = $("[data-last]", scanner);
    const asked = new URLSearchParams({ code, vendor: vendor?.value ?? "", order: form.dataset.order ?? "" });
    const found = await fetch(`${form.dataset.rows}?${asked}`).then((answer) => answer.json()).catch(() => null);
    const tell = (words, good) => {
      told.textContent = `${code}: ${words}`;
      told.classList.toggle("bad", !good);
      beep(good);
    };
    if (!found) { offline(); beep(false); return; }
    if (!found.rows) {
      const numbers = !found.why && $("[data-current] [data-scanner]");
      if (!numbers) { tell(found.why || form.dataset.none, false); return; }
      scan(numbers, code);
      echoed(numbers, scanner);
      return;
    }
    const parts = document.createElement("template"), table = $(".takes table", form);
    parts.innerHTML = `<table>${found.rows}</table>${found.bins}`;
    $$("tbody", parts.content).reverse().filter((row) => !document.getElementById(row.id)).forEach((row) => table.tHead.after(row));
    $$("datalist", parts.content).filter((list) => !document.getElementById(list.id)).forEach((list) => form.append(list));
    $(".takes", form).hidden = false;
    if (vendor && !vendor.value) vendor.value = found.vendor;
    if (found.whole) tell(form.dataset.whole, true);
    else scan(scanner, code);
  };
  document.addEventListener("click", (event) => {
    const form = event.target.closest("[data-fill]")?.closest("form");
    if (!form) return;
    $$("[data-open]", form).forEach((line) => {
      const amount = $("[name^=quantity-]", line);
      if (!amount.value) amount.value = line.dataset.open / 10 ** line.dataset.decimals;
    });
  });
  const numbering = () => {
    const every = $$("[data-scanner]:not([data-counts])");
    const lacks = (one) => Number(one.dataset.wanted) - rejected(one) > $$("[data-scanned] li", one).length;
    return $("[data-current] [data-scanner]") ?? every.find(lacks) ?? every[0];
  };
  const tallied = (scanner, code) => {
    const means = (line) => Number((known(JSON.parse(line.dataset.codes)).find(([known]) => bare(known) === bare(code)) || [])[1] || 0);
    const lines = $$("[data-codes]").filter(means);
    const counts = "counts" in scanner.dataset, numbers = counts && !lines.length && numbering();
    if (numbers && (!numbers.closest("[data-numbers]") || beyond(scanner))) { scan(numbers, code); echoed(numbers, scanner); return true; }
    if (!lines.length && !counts) return false;
    const form = scanner.closest("form"), told = $("[data-last]", scanner), amount = (line) => $("[name^=quantity-]", line);
    const most = (line) => line.dataset.open / 10 ** line.dataset.decimals;
    if (lines.length && "proposed" in form.dataset) {
      $$("[data-codes]", form).forEach((line) => { amount(line).value = ""; });
      delete form.dataset.proposed;
    }
    const then = (line) => Number((Number(amount(line).value || 0) + means(line)).toFixed(6));
    const open = lines.find((line) => then(line) <= most(line));
    if (open) {
      const field = amount(open), before = field.value;
      field.value = then(open);
      scans.push({ scanner, code, back: () => { field.value = before; } });
    }
    told.textContent = open ? `${code}: ${amount(open).value} / ${most(open)}` : `${code}: ${lines.length ? form.dataset.full : form.dataset.none}`;
    told.classList.toggle("bad", !open);
    beep(Boolean(open));
    return true;
  };
  const waits = (form, code) => {
    const known = JSON.parse(form.dataset.known);
    return known[same(code)] ?? Object.entries(known).find(([one]) => bare(one) === bare(code))?.[1];
  };
  // Goods that are put away: of what waits here a unit is read once; the label of a bin sends what was read before it.
  const putting = (scanner, code) => {
    const form = scanner.closest("[data-puts]"), told = $("[data-last]", scanner);
    if (!form) return false;
    const bin = JSON.parse(form.dataset.bins)[same(code)], row = waits(form, code);
    const read = $$("[data-scanned] input", scanner).filter((input) => same(input.value) === same(code)).length;
    const why = bin ? !$("[data-scanned] input", scanner) && form.dataset.first : !row ? form.dataset.none : row.numbered ? form.dataset.numbered : row.once && read && scanner.dataset.twice;
    if (why || bin) {
      told.textContent = why ? `${code}: ${why}` : code;
      told.classList.toggle("bad", Boolean(why));
      beep(!why);
    }
    if (why) return true;
    if (!bin) return false;
    $("[name=bin]", form).value = bin;
    $("[data-scan]", scanner).value = "";
    form.requestSubmit();
    return true;
  };
  // A pick run is walked stop by stop: where it is another bin its label comes first, then each scan is one more of
  // what is to be taken. What a code is that does not belong here, and where it belongs, the house knows.
  const walking = (scanner, code) => {
    const form = scanner.closest("[data-walk]"), here = form?.dataset, told = $("[data-last]", scanner);
    if (!form) return false;
    const tell = (words, good) => { told.textContent = words; told.classList.toggle("bad", !good); beep(good); };
    const number = () => { here.numbers = JSON.stringify([...JSON.parse(here.numbers), code]); scan(scanner, code); };
    if (same(code) === same(here.bin)) { delete here.elsewhere; tell(`${code} ✓`, true); $("[data-here]", form).classList.add("ok"); return true; }
    if (here.elsewhere) { tell(`${code}: ${here.elsewhere}`, false); return true; }
    const batch = JSON.parse(here.batches)[same(code)];
    if (batch) { form.elements.batch.value = batch; $("[data-batch]", form).textContent = batch; tell(`${batch} ✓`, true); return true; }
    const units = Object.entries(JSON.parse(here.codes)).find(([one]) => bare(one) === bare(code))?.[1];
    if (units && here.numbered) { tell(`${code}: ${here.numbered}`, false); return true; }
    if (units) {
      const field = form.elements.quantity, size = 10 ** here.decimals, before = field.value, counted = Number(here.counted ?? 0);
      if (counted + units > Number(here.units)) { tell(`${code}: ${here.most}`, false); return true; }
      here.counted = counted + units;
      field.value = here.counted / size;
      tell(`${code}: ${field.value} / ${here.units / size}`, true);
      scans.push({ scanner, code, back: () => { here.counted = counted; field.value = counted ? before : ""; } });
      return true;
    }
    if (JSON.parse(here.numbers).some((one) => same(one) === same(code))) return false;
    const asked = new URLSearchParams({ stop: here.stop, code });
    fetch(`${here.what}?${asked}`).then((answer) => answer.json()).then((found) => {
      if (!found.mine) tell(`${code}: ${found.words}`, false);
      else if (here.numbered) number();
      else { form.elements.batch.value = code; if ($("[data-batch]", form)) $("[data-batch]", form).textContent = code; tell(`${code} ✓`, true); }
    }, () => tell(`${code}: ${here.lost}`, false));
    return true;
  };
  // Where bins are counted, a bin's label says where the next scans lie, unless those before it are not written down
  // or the count does not look at it.
  const shelved = (scanner, code) => {
    const shelf = $("select[data-shelf]", scanner.closest("form") ?? scanner), told = $("[data-last]", scanner);
    const found = shelf && [...shelf.options].find((one) => same(one.text) === same(code));
    const away = shelf && !found && JSON.parse(shelf.dataset.others).some((name) => same(name) === same(code));
    if (!found && !away) return false;
    const early = found && found.value !== shelf.value && Boolean($("[data-scanned] li", scanner));
    const why = away ? shelf.dataset.away : early && shelf.dataset.first;
    if (!why) shelf.value = found.value;
    told.textContent = why ? `${code}: ${why}` : code;
    told.classList.toggle("bad", Boolean(why));
    beep(!why);
    return true;
  };
  // Where the numbers that are expected are known, each goes to its product, whichever field it was read into.
  const routed = (scanner, code) => {
    const sets = $$("[data-numbers]"), expects = (set) => JSON.parse(set.dataset.numbers).some((one) => same(one) === same(code));
    const home = sets.find(expects), there = home && $("[data-scanner]", home);
    if (there && there !== scanner) {
      scan(there, code);
      echoed(there, scanner);
      return true;
    }
    return false;
  };
  const beyond = (scanner) => Boolean(scanner.closest("form").elements.accept_over?.checked);
  const unexpected = (scanner, code) => {
    const set = scanner.closest("[data-numbers]"), told = $("[data-last]", scanner);
    if (!set || beyond(scanner) || JSON.parse(set.dataset.numbers).some((one) => same(one) === same(code))) return false;
    told.textContent = `${code}: ${scanner.closest("form").dataset.none}`;
    told.classList.add("bad");
    beep(false);
    return true;
  };
  const scan = (scanner, code) => {
    if (routed(scanner, code)) return;
    if (walking(scanner, code) || putting(scanner, code) || shelved(scanner, code)) return;
    if ("ticks" in scanner.dataset) { ticked(scanner, code); return; }
    if (brought(scanner, code) || headed(scanner, code) || tallied(scanner, code) || unexpected(scanner, code)) return;
    const list = $("[data-scanned]", scanner), told = $("[data-last]", scanner), name = scanner.dataset.name;
    const before = $$("input", list).filter((input) => same(input.value) === same(code)).length;
    // Where products are counted, each scan of a code is one more of it.
    const repeats = "repeats" in scanner.dataset, twice = before > 0 && !repeats;
    told.textContent = twice ? `${code}: ${scanner.dataset.twice}` : repeats ? `${code} × ${before + 1}` : code;
    told.classList.toggle("bad", twice);
    beep(!twice);
    if (twice) return;
    const item = document.createElement("li"), field = document.createElement("input"), back = document.createElement("button");
    Object.assign(field, { type: "hidden", name, value: code });
    Object.assign(back, { type: "button", className: "ib", textContent: "×" });
    back.dataset.unscan = "";
    back.setAttribute("aria-label", `${scanner.dataset.back} ${code}`);
    item.append(code, field, back);
    list.prepend(item);
    const puts = scanner.closest("[data-puts]");
    if (puts) told.textContent += ` → ${waits(puts, code).to || "?"}`;
    counted(scanner);
    scans.push({ scanner, code, back: () => { item.remove(); counted(scanner); } });
  };
  document.addEventListener("keydown", (event) => {
    const field = event.target.closest?.("[data-scan]"), scanner = field?.closest("[data-scanner]");
    if (scanner && !field.value && event.key === "z" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); undoLast(scanner); return; }
    // Where each scan is an act of its own, its Enter sends it.
    if (event.key !== "Enter" || !field?.value.trim() || field.dataset.scan === "send") return;
    event.preventDefault();
    // One code in a field of its own sends nothing either: the next field has its turn.
    if (!scanner) {
      const fields = field.form ? [...field.form.elements].filter((one) => one.type !== "hidden" && !one.disabled) : [];
      beep(true);
      fields[fields.indexOf(field) + 1]?.focus();
      return;
    }
    read(scanner, field.value.split(/[\s,;]+/));
    field.value = "";
  });
  // Numbers from one to another, A001..A010 or A001-A010: alike but for the number at their end, and no more than lack.
  const MOST = 1000;
  const ranged = (scanner, code) => {
    const of = "counts" in scanner.dataset ? numbering() : scanner;
    if (!of || !("ranges" in of.dataset)) return [code];
    const parts = code.match(/^(.*?)(\d{1,15})(\.\.|-)(.*?)(\d{1,15})$/);
    if (!parts) return [code];
    const [, before, first, mark, again, last] = parts, many = Number(last) - Number(first) + 1;
    const most = mark === ".." ? MOST : Math.min(MOST, Number(of.dataset.wanted));
    if (before !== again || first.length !== last.length || many < 1 || many > most || (mark === "-" && !before)) return [code];
    return Array.from({ length: many }, (_, n) => before + String(Number(first) + n).padStart(first.length, "0"));
  };
  const read = (scanner, codes) => codes.map((code) => code.trim()).filter(Boolean).flatMap((code) => ranged(scanner, code)).forEach((code) => scan(scanner, code));
  // Whoever rejects says why: a row asks as soon as something is rejected in it.
  document.addEventListener("input", (event) => {
    const field = event.target, row = field.name?.startsWith("rejected-") && field.closest("tbody"), asks = $("#rejects");
    if (field.name?.startsWith("quantity-")) delete field.dataset.proposed;
    $$("[data-scanner]", field.closest("tbody") ?? document.createElement("p")).forEach(tally);
    if (!row || !asks || $(".rejects", row)) return;
    row.firstElementChild.after(asks.content.cloneNode(true));
    $$(".rejects input", row).forEach((one) => {
      one.name = one.name.replace("0", field.name.split("-")[1]);
      one.setAttribute("aria-label", `${one.placeholder || one.parentElement.textContent.trim()} ${field.getAttribute("aria-label").split(" ").pop()}`);
    });
  });
  // It is asked for before the form leaves: a photo that was chosen does not come back with what is refused.
  document.addEventListener("input", ({ target: { name, form } }) => {
    if (!form || !/^(rejected-|reason)/.test(name ?? "")) return;
    const whole = form.elements.namedItem("reason")?.value?.trim();
    $$("[name^=reason-]", form).forEach((one) => {
      one.required = !whole && Number(form.elements.namedItem(one.name.replace("reason", "rejected"))?.value) > 0;
    });
  });
  // A list of numbers as a file: the first column, without its heading.
  document.addEventListener("change", async (event) => {
    const field = event.target.closest?.("[data-numbers-from]"), file = field?.files[0];
    if (!file) return;
    const cells = (await file.text()).split(/\r?\n/).map((row) => row.split(/[;,\t]/)[0].replace(/^\uFEFF/, "").replace(/^\s*"|"\s*$/g, ""));
    read(field.closest("[data-scanner]"), cells.filter((cell, n) => n > 0 || /\d/.test(cell)));
    field.value = "";
  });
  document.addEventListener("paste", (event) => {
    const field = event.target.closest?.("[data-scanner] [data-scan]");
    const text = event.clipboardData.getData("text");
    if (!field || !/[\r\n]/.test(text)) return;
    event.preventDefault();
    read(field.closest("[data-scanner]"), text.split(/[\r\n,;]+/));
  });
  document.addEventListener("click", (event) => {
    const back = event.target.closest("[data-unscan]"), scanner = back?.closest("[data-scanner]");
    if (!scanner) return;
    const item = back.closest("li"), at = scans.findLastIndex((one) => one.scanner === scanner && one.code === $("input", item).value);
    if (at >= 0) scans.splice(at, 1);
    item.remove();
    counted(scanner);
    $("[data-scan]", scanner).focus();
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-unscan-last]");
    if (!button) return;
    undoLast(button.closest("[data-scanner]"));
    $("[data-scan]", button.closest("[data-scanner]")).focus();
  });
  // A scan without a field in focus goes to the page's scanner.
  document.addEventListener("keydown", (event) => {
    const field = $("[data-scanner] [data-scan]") ?? $("[data-scan]");
    if (field && event.key.length === 1 && !event.ctrlKey && !event.metaKey && event.target === document.body && /[0-9A-Z]/.test(event.key)) field.focus();
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.failed && event.detail.xhr?.status >= 400) beep(false);
  });
  window.wharfinger = { say, beep };
  $("#nav [aria-current]")?.scrollIntoView({ block: "nearest" });
  pressed();
  count();
  fit();
  show($("dialog[data-again]"));
  // At a desk the scanner has the focus from the beginning, where no field before it waits to be filled or mended; a bin is read there too.
  const wrong = $("main [aria-invalid]"), asks = wrong ?? $("main [autofocus]"), lacks = asks && !asks.closest("[data-puts]") && (wrong || !asks.value);
  const unasked = document.activeElement.matches("body, main [autofocus]") && matchMedia("(pointer: fine)").matches;
  if (unasked) (lacks ? asks : $("[data-scanner] [data-scan]"))?.focus({ preventScroll: true });

  // A dialog whose act was refused opens again with what was typed, the reason beside its field.
  const typed = $("#typed")?.dataset, refused = typed && $$("dialog form").find((form) => form.getAttribute("action") === typed.act);
  if (refused) {
    const values = JSON.parse(typed.values);
    $$("[name]", refused).forEach((field) => {
      const given = values[field.name] ?? [];
      if (field.type === "checkbox") field.checked = given.includes(field.value);
      else if (field.type !== "hidden" && given.length) field.value = given.shift();
    });
    const field = typed.field && $(`[name="${CSS.escape(typed.field)}"]`, refused), reason = document.createElement("p");
    Object.assign(reason, { className: "error", id: "typed-e", textContent: typed.words });
    if (field) { field.setAttribute("aria-invalid", "true"); field.setAttribute("aria-describedby", "typed-e"); field.closest(".f").append(reason); }
    else refused.prepend(reason);
    show(refused.closest("dialog"));
    field?.focus();
  }

  // Files are sent as soon as they are chosen, photographed or dropped.
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-send]") && event.target.files.length) event.target.form.requestSubmit();
  });
  const over = (event) => event.dataTransfer?.types.includes("Files") && event.target.closest?.("[data-drop]");
  ["dragover", "dragleave", "drop"].forEach((name) => document.addEventListener(name, (event) => {
    const box = over(event);
    $$("[data-drop].over").forEach((one) => one.classList.toggle("over", one === box && name === "dragover"));
    if (!box) return;
    event.preventDefault();
    box.classList.toggle("over", name === "dragover");
    const field = $("[data-send]", box);
    if (name !== "drop" || !event.dataTransfer.files.length) return;
    field.files = event.dataTransfer.files;
    field.form.requestSubmit();
  }));

  // A signature is drawn with finger, pen or mouse; what was drawn before a refusal stands there again.
  $$("[data-sign]").forEach((box) => {
    const canvas = $("canvas", box), field = $("input", box), pen = canvas.getContext("2d");
    const at = (event) => [event.offsetX * canvas.width / canvas.clientWidth, event.offsetY * canvas.height / canvas.clientHeight];
    const blank = () => {
      pen.fillStyle = "#fff";
      pen.fillRect(0, 0, canvas.width, canvas.height);
      Object.assign(pen, { lineWidth: 4, lineCap: "round", lineJoin: "round", strokeStyle: "#111" });
    };
    blank();
    if (field.value) {
      const before = new Image();
      before.addEventListener("load", () => pen.drawImage(before, 0, 0));
      before.src = field.value;
    }
    let drawing = false;
    canvas.addEventListener("pointerdown", (event) => {
      drawing = true;
      canvas.setPointerCapture(event.pointerId);
      pen.beginPath();
      pen.moveTo(...at(event));
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!drawing) return;
      pen.lineTo(...at(event));
      pen.stroke();
    });
    ["pointerup", "pointercancel"].forEach((name) => canvas.addEventListener(name, () => {
      if (drawing) field.value = canvas.toDataURL("image/png");
      drawing = false;
    }));
    $("[data-unsign]", box).addEventListener("click", () => { blank(); field.value = ""; });
  });

  // Lines that are typed: the table grows by a row whenever its last one is used.
  const grow = (body) => {
    const rows = $$("tr", body), row = rows[rows.length - 1].cloneNode(true);
    $$("input, select", row).forEach((field) => {
      field.name = field.name.replace(/(?<=^lines\.)\d+|\d+$/, rows.length);
      field.id = `f-${field.name}`;
      field.setAttribute("aria-label", field.getAttribute("aria-label").replace(/\d+$/, rows.length + 1));
      field.value = "";
      ["aria-invalid", "aria-describedby", "autofocus"].forEach((name) => field.removeAttribute(name));
    });
    $$(".error", row).forEach((words) => words.remove());
    $$(".about", row).forEach((words) => { words.textContent = ""; });
    body.append(row);
    window.htmx?.process(row);
    return row;
  };
  document.addEventListener("input", (event) => {
    const body = event.target.closest("[data-grows]");
    if (body && event.target.closest("tr") === body.lastElementChild) grow(body);
  });
  document.addEventListener("click", (event) => {
    const body = event.target.closest("[data-more]") && $("[data-grows]");
    if (!body) return;
    event.preventDefault();
    $("input", grow(body)).focus();
  });
})();
