"use strict";
// Without this script every row is there; with it, rows can be searched, and a link to a row opens it.
const filter = document.getElementById("filter");
const words = document.getElementById("words");
const verdict = document.getElementById("verdict");
const count = document.getElementById("count");
const rows = [...document.querySelectorAll("#all > tbody > tr")];
const texts = rows.map((row) => row.textContent.toLowerCase());

function apply() {
  const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
  let visible = 0;
  rows.forEach((row, i) => {
    const fits = (!verdict.value || row.dataset.verdict === verdict.value) && wanted.every((word) => texts[i].includes(word));
    row.hidden = !fits;
    visible += fits;
  });
  count.textContent = `${visible} of ${rows.length}`;
}

function openTarget() {
  const target = location.hash ? document.getElementById(location.hash.slice(1)) : null;
  if (!target) return;
  if (target.hidden) { words.value = ""; verdict.value = ""; apply(); }
  const details = target.matches("details") ? target : target.querySelector("details");
  if (details) { details.open = true; target.scrollIntoView(); }
}

filter.hidden = false;
filter.addEventListener("submit", (event) => event.preventDefault());
filter.addEventListener("input", apply);
addEventListener("hashchange", openTarget);
addEventListener("beforeprint", () => document.querySelectorAll("details.stage").forEach((one) => { one.open = true; }));
apply();
openTarget();
