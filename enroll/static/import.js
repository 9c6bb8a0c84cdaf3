// Shows how far an import is while it goes on. Without this script the page loads itself anew.
"use strict";

const shown = document.querySelector("#progress");
const PAUSE = 1000; // ms

async function look() {
  try {
    const answer = await fetch(shown.dataset.progress, { redirect: "error" });
    if (!answer.ok) throw new Error(String(answer.status));
    shown.innerHTML = await answer.text();
  } catch {
    location.reload(); // the session has ended, or the machine is starting
    return;
  }
  if (shown.querySelector("[data-busy]")) setTimeout(look, PAUSE);
}

if (shown?.querySelector("[data-busy]")) setTimeout(look, PAUSE);
