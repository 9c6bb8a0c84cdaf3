// The page of a liveness session. What to say about a picture is decided on the server.
// No picture leaves the browser before somebody has pressed the button.

import { closeCamera, openCamera, pause, snapshot } from "./camera.js";

const FRAME_EVERY = 70; // milliseconds at least between two frames; never two at the same time
const WIDTH = 640; // pixels of the frames
const MOST_FAULTS = 5; // requests in a row that may fail

const find = (id) => document.getElementById(id);
const main = find("liveness");
const token = document.querySelector("meta[name=csrf-token]").content;
const video = find("face-video");

async function post(path, body) {
  const headers = { "X-CSRFToken": token, Accept: "application/json" };
  if (body) headers["Content-Type"] = body.type;
  const answer = await fetch(`${location.pathname}/${path}`, { method: "POST", headers, body });
  const json = answer.headers.get("Content-Type")?.includes("json");
  return { ok: answer.ok, status: answer.status, ...(json ? await answer.json() : {}) };
}

function show(name) {
  for (const section of main.querySelectorAll("[data-step]")) {
    section.hidden = section.dataset.step !== name;
  }
  main.querySelector(`[data-step="${name}"] h1`).focus();
}

function complain(text) {
  find("problem").textContent = text;
  find("problem").hidden = !text;
}

function say(answer) {
  const line = find("instruction");
  if (line.textContent !== answer.text) line.textContent = answer.text;
  find("stage").dataset.hint = answer.hint;
}

function end(answer) {
  const heading = find("h-over");
  heading.textContent = answer.confirmed ? heading.dataset.done : heading.dataset.failed;
  find("farewell").textContent = answer.text;
  find("tick").hidden = !answer.confirmed;
  show("over");
}

async function watch() {
  for (let faults = 0; faults < MOST_FAULTS; ) {
    const begun = performance.now();
    const answer = await post("frame", await snapshot(video, WIDTH));
    if (answer.over) return end(answer);
    if (answer.ok) say(answer);
    faults = answer.ok || answer.status === 429 ? 0 : faults + 1;
    await pause(Math.max(0, FRAME_EVERY - (performance.now() - begun)));
  }
  throw new Error("the pictures are not taken");
}

// The camera is opened before the session begins: who has none can use the link elsewhere.
async function start() {
  complain("");
  find("start").disabled = true;
  let camera = null;
  try {
    camera = await openCamera(WIDTH, 480);
    video.srcObject = camera;
    await video.play();
    const begun = await post("begin");
    if (begun.over) return end(begun);
    if (!begun.ok) return complain(begun.text ?? main.dataset.failed);
    show("camera");
    await watch();
  } catch (error) {
    show("welcome");
    complain(error instanceof DOMException ? main.dataset.noCamera : main.dataset.failed);
  } finally {
    closeCamera(camera);
    find("start").disabled = false;
  }
}

find("start")?.addEventListener("click", start);
