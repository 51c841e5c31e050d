// Comfort only: every page works without it. "/" goes to the search; what is typed into a form is kept now and then;
// a form that was not kept asks before it is left; a row is added on the spot.
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

const form = document.getElementById("act");
const sign = form && form.elements.namedItem("draft_of");

if (sign) {
  const said = document.createElement("p");
  said.className = "sub kept";
  said.setAttribute("role", "status");
  form.append(said);
  let waiting = 0;
  let unkept = false;

  const keep = async () => {
    waiting = 0;
    const typed = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      if (typeof value === "string") typed.append(name, value);
    }
    try {
      const answer = await fetch(sign.dataset.keep, { method: "POST", body: typed, keepalive: true, redirect: "error" });
      if (answer.status === 204 && !waiting) {
        unkept = false;
        said.textContent = `${sign.dataset.kept} ${new Date().toTimeString().slice(0, 5)}`;
      }
    } catch {
      unkept = true; // no connection: leaving the page would lose it, and is asked about
    }
  };
  form.addEventListener("input", () => {
    unkept = true;
    clearTimeout(waiting);
    waiting = setTimeout(keep, 1500);
  });
  form.addEventListener("submit", () => {
    clearTimeout(waiting);
    unkept = false;
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && unkept) keep();
  });
  window.addEventListener("beforeunload", (event) => {
    if (unkept) event.preventDefault();
  });
}

for (const button of document.querySelectorAll("button[name=more]")) {
  button.addEventListener("click", (event) => {
    const rows = [...form.querySelectorAll("fieldset.row")].filter((row) =>
      row.querySelector(`[name^="${button.value}-"]`),
    );
    const last = rows.at(-1);
    if (!last || rows.length >= Number(button.dataset.most)) return; // the server knows better
    event.preventDefault();
    const place = Number(last.querySelector(`[name^="${button.value}-"]`).name.split("-")[1]);
    const row = last.cloneNode(true);
    for (const part of row.querySelectorAll("[name], [id], [for], [aria-describedby]")) {
      for (const attribute of ["name", "id", "for"]) {
        const value = part.getAttribute(attribute);
        if (value) part.setAttribute(attribute, value.replace(`${button.value}-${place}-`, `${button.value}-${place + 1}-`));
      }
      part.removeAttribute("aria-describedby");
      part.removeAttribute("aria-invalid");
      if (part.matches("input[type=checkbox]")) part.checked = false;
      else if (part.matches("input, select, textarea")) part.value = "";
    }
    for (const errors of row.querySelectorAll(".errors")) errors.remove();
    for (const bad of row.querySelectorAll(".bad")) bad.classList.remove("bad");
    const legend = row.querySelector("legend");
    if (legend) legend.textContent = legend.textContent.replace(/\d+/, String(rows.length + 1));
    last.after(row);
    row.querySelector("input, select").focus();
  });
}
