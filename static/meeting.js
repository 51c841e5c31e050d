// Comfort only: the page of results works without it. T fills a line and goes on; what is typed is kept at once, whether
// the majority is reached is seen while typing, and what others typed meanwhile appears.
"use strict";

(() => {
  const form = document.getElementById("votes");
  const rows = [...form.querySelectorAll("tr.vote")];
  const said = form.querySelector(".kept-at");
  const NUMBERS = ["in_favour", "against", "blank", "invalid"];
  const numberOf = (row) => row.id.slice(2);
  const part = (row, name) => form.elements.namedItem(`${name}-${numberOf(row)}`);
  const touched = new Set();
  const disputed = new Set(); // rows that were not taken as typed
  const HEAD = ["first_number", "issued_on"];
  let headTyped = false;
  let waiting = 0;
  let asking = false;

  const voting = (row) => Number(row.dataset.voting) - row.querySelectorAll("input[name^=introducer]:checked").length
    + Number(row.dataset.ticked);
  for (const row of rows) row.dataset.ticked = row.querySelectorAll("input[name^=introducer]:checked").length;

  const judge = (row) => {
    const typed = NUMBERS.map((name) => part(row, name).value.trim());
    const verdict = row.querySelector(".said");
    if (!typed[0] || typed.some((value) => value && !/^\d+$/.test(value))) return;
    const sum = typed.reduce((all, value) => all + Number(value), 0);
    const needs = `${form.dataset.needs} ${row.dataset.needed}/${row.dataset.entitled}`;
    const passed = Number(typed[0]) >= Number(row.dataset.needed);
    row.classList.toggle("passed", sum === voting(row) && passed);
    row.classList.toggle("failed", sum === voting(row) && !passed);
    row.classList.toggle("wrong", sum !== voting(row));
    verdict.textContent = sum === voting(row) ? `${passed ? form.dataset.passed : form.dataset.failed} · ${needs}`
      : `${form.dataset.sum} ${sum}/${voting(row)} · ${needs}`;
  };

  const show = (row, now) => {
    if (touched.has(row) || disputed.has(row)) return;
    part(row, "was").value = now.was;
    for (const name of [...NUMBERS, "number"]) part(row, name).value = now[name];
    part(row, "number").placeholder = now.number ? "" : now.next;
    for (const box of row.querySelectorAll("input[name^=introducer]")) {
      box.checked = now.introducers.includes(Number(box.name.split("-")[2]));
    }
    row.dataset.voting = now.voting;
    row.dataset.ticked = row.querySelectorAll("input[name^=introducer]:checked").length;
    say(row, now);
  };
  const say = (row, now) => {
    row.classList.remove("passed", "failed", "wrong");
    if (now.look) row.classList.add(now.look);
    row.querySelector(".said").textContent = now.said;
    row.querySelector(".errors").textContent = now.problem;
  };

  const take = (answer, sent, above = false) => {
    if (above && answer.head.wrong) headTyped = true; // what was typed stays until it is mended
    if (!headTyped) {
      form.elements.namedItem("was-head").value = answer.head.was;
      for (const name of HEAD) {
        const input = form.elements.namedItem(name);
        if (input) input.value = answer.head[name];
      }
    }
    for (const row of rows) {
      const now = answer.lines[numberOf(row)];
      if (!now) continue;
      if (now.disputed && sent.has(row) && !touched.has(row)) {
        disputed.add(row); // what was typed stays on the page; sent again it takes the place of what others typed
        part(row, "was").value = now.was;
        say(row, now);
      } else if (sent.has(row) && touched.has(row)) part(row, "was").value = now.was; // typed on while it was kept
      else show(row, now);
    }
  };

  const keep = async () => {
    waiting = 0;
    if (asking) return later();
    const sent = new Set(touched);
    const typed = new URLSearchParams({ step: "keep" });
    for (const name of ["csrf_token", "was-head", ...HEAD]) {
      const input = form.elements.namedItem(name);
      if (input) typed.append(name, input.value);
    }
    const above = headTyped;
    headTyped = false;
    for (const row of sent) {
      for (const input of row.querySelectorAll("input[name]")) {
        if (input.type !== "checkbox" || input.checked) typed.append(input.name, input.value);
      }
    }
    touched.clear();
    asking = true;
    try {
      const answer = await fetch(location.pathname, { method: "POST", body: typed, redirect: "error" });
      if (answer.status !== 200 && answer.status !== 409) throw new Error(String(answer.status));
      take(await answer.json(), sent, above);
      said.textContent = `${form.dataset.kept} ${new Date().toTimeString().slice(0, 5)}`;
    } catch {
      for (const row of sent) touched.add(row); // it is sent again with the next, or with the form
    } finally {
      asking = false;
    }
    return undefined;
  };
  const later = () => {
    clearTimeout(waiting);
    waiting = setTimeout(keep, 500);
  };

  form.addEventListener("input", (event) => {
    const row = event.target.closest("tr.vote");
    if (!row) headTyped = true;
    else {
      touched.add(row);
      disputed.delete(row);
      judge(row);
    }
    later();
  });

  const goOn = (row, name, step) => {
    const next = rows[rows.indexOf(row) + step];
    if (next) part(next, name).focus();
    else if (step > 0) form.querySelector("button[value=check]").focus();
    if (next) part(next, name).select();
  };

  form.addEventListener("keydown", (event) => {
    const row = event.target.closest("tr.vote");
    if (!row || event.ctrlKey || event.metaKey || event.altKey || event.target.type === "checkbox") return;
    const name = event.target.name.split("-")[0];
    if (name === "in_favour" && ["t", "T", "*", "="].includes(event.key)) {
      event.preventDefault();
      part(row, "in_favour").value = voting(row);
      for (const other of NUMBERS.slice(1)) part(row, other).value = "";
      touched.add(row);
      disputed.delete(row);
      judge(row);
      later();
      goOn(row, name, 1);
    } else if (event.key === "Enter" || event.key === "ArrowDown") {
      event.preventDefault();
      goOn(row, "in_favour" === name || event.key === "Enter" ? "in_favour" : name, 1);
    } else if (event.key === "ArrowUp") {
      event.preventDefault();
      goOn(row, name, -1);
    }
  });

  form.addEventListener("submit", () => clearTimeout(waiting));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && touched.size) keep();
  });
  setInterval(async () => {
    if (asking || waiting || document.visibilityState === "hidden") return;
    const answer = await fetch(form.dataset.figures, { redirect: "error" }).catch(() => null);
    if (answer && answer.status === 200) take(await answer.json(), new Set());
    else if (answer && answer.status === 409) location.reload();
  }, 10000);

  const number = document.getElementById("first");
  number.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    part(rows[0], "in_favour").focus();
  });
  const empty = rows.find((row) => !part(row, "in_favour").value);
  const told = document.querySelector("main [role=alert]"); // app.js went there
  if (!told && empty) (number.value ? part(empty, "in_favour") : number).focus({ preventScroll: true });
})();
