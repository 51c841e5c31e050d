// Comfort only: every page works without it. "/" goes to the search; the form of an act opens on the dossier's own page;
// what is wrong is gone to; what is typed is kept now and then, and asked about before it would be lost; a row is added
// on the spot; files are taken where they are dropped or pasted; all lines of a table are chosen by one box.
"use strict";

document.addEventListener("keydown", (event) => {
  const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const search = document.querySelector("[role=search] input");
    if (search) {
      event.preventDefault();
      search.focus();
    }
  }
});

// What could not be taken, or what an act would do, is read first; the reload has put the focus nowhere.
document.querySelector("main [role=alert]")?.focus();

for (const table of document.querySelectorAll("main table.list")) {
  const boxes = [...table.querySelectorAll("tbody input[type=checkbox]:is([name=pick], [name=ho-so], [name=chon])")];
  if (boxes.length < 2 || boxes.length > Number(boxes[0].form.dataset.most ?? Infinity)) continue;
  const label = document.createElement("label");
  const all = document.createElement("input");
  label.className = "tick no-print";
  all.type = "checkbox";
  label.append(all, ` ${document.getElementById("main").dataset.chooseAll}`);
  const show = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    all.checked = chosen === boxes.length;
    all.indeterminate = chosen > 0 && !all.checked;
  };
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
  });
  table.addEventListener("change", show);
  table.before(label);
  show();
}

let unkept = null; // keeps what was typed since it was kept last; null: all is kept

window.addEventListener("beforeunload", (event) => {
  if (unkept) event.preventDefault();
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden" && unkept) unkept();
});

const tend = (form) => {
  const sign = form.elements.namedItem("draft_of");
  if (sign) keepTyped(form, sign);
  const files = form.querySelector("input[type=file]");
  if (files) takeFiles(form, files);
  for (const button of form.querySelectorAll("button[name=more]")) {
    button.addEventListener("click", (event) => {
      if (addRow(form, button)) event.preventDefault(); // else the server does it
    });
  }
};

// Files dropped on the form, or pasted while it is open, are chosen as if by hand, beside those chosen before.
const takeFiles = (form, input) => {
  const add = (files) => {
    const all = new DataTransfer();
    for (const file of [...input.files, ...files]) all.items.add(file);
    input.files = all.files;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const field = input.closest(".field");
  form.addEventListener("dragover", (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    field.classList.add("dropping");
  });
  form.addEventListener("dragleave", () => field.classList.remove("dropping"));
  form.addEventListener("drop", (event) => {
    field.classList.remove("dropping");
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    add(event.dataTransfer.files);
  });
  document.addEventListener("paste", (event) => {
    if (!form.isConnected || !event.clipboardData?.files.length) return;
    event.preventDefault();
    add(event.clipboardData.files);
  });
};

const keepTyped = (form, sign) => {
  const said = document.createElement("p");
  said.className = "sub draft-kept";
  said.setAttribute("role", "status");
  form.append(said);
  let waiting = 0;

  const keep = async () => {
    waiting = 0;
    const typed = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      if (typeof value === "string") typed.append(name, value);
    }
    try {
      const answer = await fetch(sign.dataset.keep, { method: "POST", body: typed, keepalive: true, redirect: "error" });
      if (answer.status === 204 && !waiting) {
        unkept = null;
        said.textContent = `${sign.dataset.kept} ${new Date().toTimeString().slice(0, 5)}`;
      }
    } catch {
      unkept = keep; // no connection: leaving the page would lose it, and is asked about
    }
  };
  form.addEventListener("input", () => {
    unkept = keep;
    clearTimeout(waiting);
    waiting = setTimeout(keep, 1500);
  });
  form.addEventListener("submit", () => {
    clearTimeout(waiting);
    unkept = null;
  });
};

const addRow = (form, button) => {
  const ours = `[name^="${button.value}-"]`;
  const rows = [...form.querySelectorAll("fieldset.row")].filter((row) => row.querySelector(ours));
  const last = rows.at(-1);
  if (!last || rows.length >= Number(button.dataset.most)) return false;
  const place = Number(last.querySelector(ours).name.split("-")[1]);
  const row = last.cloneNode(true);
  for (const part of row.querySelectorAll("[name], [id], [for]")) {
    for (const attribute of ["name", "id", "for"]) {
      const value = part.getAttribute(attribute);
      if (value) part.setAttribute(attribute, value.replace(`${button.value}-${place}-`, `${button.value}-${place + 1}-`));
    }
    part.removeAttribute("aria-describedby");
    part.removeAttribute("aria-invalid");
    if (part.matches("[type=checkbox]")) part.checked = false;
    else if (part.matches("input, select, textarea")) part.value = "";
  }
  for (const errors of row.querySelectorAll(".errors")) errors.remove();
  for (const bad of row.querySelectorAll(".bad")) bad.classList.remove("bad");
  const legend = row.querySelector("legend");
  if (legend) legend.textContent = legend.textContent.replace(/\d+/, String(rows.length + 1));
  last.after(row);
  row.querySelector("input, select").focus();
  return true;
};

const openHere = async (link) => {
  const beside = link.closest("tr, .now") ?? document.querySelector("section.now");
  const answer = await fetch(link.href, { redirect: "error" });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const work = page.getElementById("work");
  const form = work && work.querySelector("#act");
  if (!form) throw new Error("no form to open here");
  form.action = link.href;
  document.getElementById("work")?.remove();
  const heading = document.createElement("h2");
  const name = link.closest("tr")?.querySelector(".name")?.textContent;
  heading.textContent = name ? `${link.textContent} – ${name}` : link.textContent;
  work.prepend(heading);
  beside.closest("section").after(work);
  tend(form);
  form.querySelector("input:not([type=hidden]), select, textarea")?.focus();
  work.scrollIntoView({ block: "nearest" });
};

for (const link of document.querySelectorAll(".next-act a, .now .checklist a, .now ~ * .actions a.button, .tasks .verb a")) {
  link.dataset.here = "";
  link.addEventListener("click", (event) => {
    if (unkept || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    openHere(link).catch(() => location.assign(link.href));
  });
}

const form = document.getElementById("act");
if (form) tend(form);
