/* Asks for the picture a few times and for the state once a second, while the page is in view. */
"use strict";

(() => {
  const live = document.getElementById("live");
  let picture = document.getElementById("picture");
  const missing = document.getElementById("no-picture");
  const verdict = document.getElementById("verdict");
  const form = document.getElementById("unlock");
  const events = document.getElementById("events");
  const PICTURE_MS = 250, STATE_MS = 1000, ANSWER_MS = 300, SHOWN = 12;
  let last = Number(live.dataset.last);
  let over = false;

  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const set = (id, text) => {
    const element = document.getElementById(id);
    if (element.textContent !== text) element.textContent = text;
  };

  async function ask(address) {
    const answer = await fetch(address, { redirect: "manual", cache: "no-store" });
    if (answer.type === "opaqueredirect" || answer.status === 401) {
      over = true;
      location.reload(); // to the form for signing in
    }
    return answer;
  }

  async function again(ms, look) {
    while (!over) {
      if (!document.hidden) {
        try { await look(); } catch { lost("The pages do not answer."); }
      }
      await pause(ms);
    }
  }

  function lost(text) {
    picture && (picture.hidden = true);
    if (missing) { missing.hidden = false; missing.textContent = text; }
  }

  function showPicture() {
    return new Promise((done) => {
      const next = new Image();
      next.onload = () => {
        next.id = picture.id;
        next.alt = picture.alt;
        picture.replaceWith(next); // not its address, which would be asked for once more
        picture = next;
        missing.hidden = true;
        done();
      };
      next.onerror = () => { lost("The door shows no picture."); done(); };
      next.src = `${live.dataset.picture}?${Date.now()}`;
    });
  }

  async function showState() {
    const answer = await ask(`${live.dataset.state}?after=${last}`);
    if (!answer.ok) return;
    const now = await answer.json();
    const enabled = live.dataset.enabled === "yes";
    set("lock", now.door ? (now.door.released ? "Unlocked" : "Locked") : "Unknown");
    set("doing", now.door ? now.door.text
      : enabled ? "The door’s program is not running, or shows nothing." : "");
    document.getElementById("lamp").className = now.door && now.door.released ? "lamp open" : "lamp";
    for (const event of now.events.reverse()) add(event);
    if (now.last) last = now.last;
  }

  function add(event) {
    const line = document.createElement("li");
    line.className = `${event.mark} new`;
    const time = document.createElement("time");
    time.textContent = event.time;
    const text = document.createElement("span");
    const who = document.createElement("strong");
    who.textContent = event.who || event.what;
    const why = document.createElement("span");
    why.className = "why";
    why.textContent = [event.why, event.similarity].filter(Boolean).join(", ");
    text.append(who, " ", why);
    line.append(time, text);
    events.querySelector(".nothing")?.remove();
    events.prepend(line);
    while (events.children.length > SHOWN) events.lastElementChild.remove();
  }

  function tell(mark, text) {
    verdict.className = `verdict ${mark}`;
    verdict.textContent = text;
  }

  form.addEventListener("submit", async (submitted) => {
    submitted.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    tell("wait", "Asking the door …");
    try {
      const asked = await fetch(form.action, {
        method: "POST", body: new FormData(form), headers: { Accept: "application/json" },
      });
      if (!asked.ok) throw new Error(String(asked.status));
      const { request } = await asked.json();
      for (let mark = "wait"; mark === "wait";) {
        await pause(ANSWER_MS);
        const answer = await (await ask(live.dataset.requests + request)).json();
        mark = answer.mark;
        tell(mark, answer.text);
      }
      form.reason.value = "";
    } catch {
      tell("bad", "The door could not be asked. Reload the page and try again.");
    }
    button.disabled = false;
  });

  if (picture) again(PICTURE_MS, showPicture);
  again(STATE_MS, showState);
})();
