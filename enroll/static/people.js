// Searches while somebody types. Without this script the form does the same when it is sent.
"use strict";

const form = document.querySelector("form[data-rows]");
const rows = document.querySelector("#rows");
const PAUSE = 150; // ms without a key: the word is meant as it stands

let waiting;
let asking;

async function search() {
  clearTimeout(waiting);
  asking?.abort();
  asking = new AbortController();
  const told = [...new FormData(form)].filter(([, value]) => value !== "");
  const query = new URLSearchParams(told).toString();
  try {
    const answer = await fetch(`${form.dataset.rows}?${query}`, {
      signal: asking.signal,
      redirect: "error", // to the sign-in page: the session has ended
    });
    if (!answer.ok) throw new Error(String(answer.status));
    rows.innerHTML = await answer.text();
    history.replaceState(null, "", query ? `${form.getAttribute("action")}?${query}` : form.getAttribute("action"));
  } catch (error) {
    if (error.name !== "AbortError") form.submit();
  }
}

form.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(search, PAUSE);
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  search();
});
