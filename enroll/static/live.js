/* Asks for the picture a few times and for the state once a second, while the page is in view. */
"use strict";

(() => {
  const live = document.getElementById("live");
  let picture = document.getElementById("picture");
  const missing = document.getElementById("no-picture");
  const modes = document.getElementById("mode");
  const notes = document.getElementById("notes");
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
    showDoor(now.door);
    for (const event of now.events.reverse()) add(event);
    if (now.last) last = now.last;
  }

  function showDoor(door) {
    const lines = door ? door.notes : [];
    if ([...notes.children].map((line) => line.textContent).join("\n") !== lines.join("\n")) {
      notes.replaceChildren(...lines.map((text) => {
        const line = document.createElement("li");
        line.textContent = text;
        return line;
      }));
    }
    notes.className = door && door.alarm ? "notes alarm" : "notes";
    const shown = {
      "begin-lockdown": !door || !door.lockdown,
      "end-lockdown": !door || door.lockdown,
      "begin-office-mode": !door || !(door.office || door.lockdown),
      "end-office-mode": !door || door.office,
    };
    for (const button of modes.querySelectorAll("button")) button.hidden = !shown[button.value];
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

  function commands(form, verdict) {
    const tell = (mark, text) => {
      verdict.className = `verdict ${mark}`;
      verdict.textContent = text;
    };
    form.addEventListener("submit", async (submitted) => {
      submitted.preventDefault();
      const buttons = form.querySelectorAll("button");
      const body = new FormData(form, submitted.submitter);
      for (const button of buttons) button.disabled = true;
      tell("wait", "Asking the door …");
      try {
        const asked = await fetch(form.action, {
          method: "POST", body, headers: { Accept: "application/json" },
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
      for (const button of buttons) button.disabled = false;
    });
  }

  commands(document.getElementById("unlock"), document.getElementById("verdict"));
  commands(modes, document.getElementById("mode-verdict"));
  if (picture) again(PICTURE_MS, showPicture);
  again(STATE_MS, showState);
})();
