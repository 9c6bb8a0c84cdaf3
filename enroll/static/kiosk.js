// The kiosk's one page. What to say about a picture is decided on the server; here it is shown.
// No picture leaves the browser before somebody has agreed: the camera is not even asked for.

import { closeCamera, openCamera, pause, snapshot } from "./camera.js";

const ASK_AFTER = 45; // seconds without a sign of life, then the question whether anybody is there
const LEAVE_AFTER = 60;
const CLEAR_AFTER = 15; // seconds that the last screen is shown
const KEEP_SIGNED_IN_EVERY = 300;
const FRAME_EVERY = 220; // milliseconds at least between two frames; never two at the same time
const SAID_FOR = 900; // milliseconds that an instruction stays, so that it can be read
const FACE_WIDTH = 640; // pixels of the frames in which a face is looked for
const BADGE_WIDTH = 1280;

const find = (id) => document.getElementById(id);
const kiosk = find("kiosk");
const token = document.querySelector("meta[name=csrf-token]").content;

let step = "welcome";
let withFace = false;
let camera = null;
let watching = 0; // the number of the loop that may go on; another number ends it
let lastSign = performance.now();

const fill = (text, ...values) => text.replace(/\{(\d)\}/g, (_, number) => values[number]);

// Asking the server

class Over extends Error {}

async function post(path, body = new FormData()) {
  const headers = { "X-CSRFToken": token, Accept: "application/json" };
  if (body instanceof Blob) headers["Content-Type"] = body.type;
  const answer = await fetch(`/kiosk/${path}`, { method: "POST", headers, body });
  if (answer.status === 401 || answer.redirected) location.reload(); // the kiosk was closed
  if (answer.status === 410) throw new Over();
  const json = answer.headers.get("Content-Type")?.includes("json");
  return { ok: answer.ok, ...(json ? await answer.json() : {}) };
}

const form = (fields) => {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.set(name, value);
  return data;
};

// Screens

function show(name) {
  step = name;
  for (const section of kiosk.querySelectorAll("[data-step]")) {
    section.hidden = section.dataset.step !== name;
  }
  find("cancel").hidden = name === "welcome" || name === "done";
  complain("");
  const heading = kiosk.querySelector(`[data-step="${name}"] h1`);
  const field = kiosk.querySelector(`[data-step="${name}"] input:not([type=hidden])`);
  (field ?? heading).focus();
  scrollTo(0, 0);
}

function complain(text) {
  find("problem").textContent = text;
  find("problem").hidden = !text;
}

async function attempt(action) {
  try {
    await action();
  } catch (error) {
    if (error instanceof Over) await leave();
    else complain(kiosk.dataset.failed);
  }
}

async function leave() {
  stopCamera();
  try {
    await post("leave");
  } finally {
    location.assign("/kiosk"); // a fresh page knows nothing
  }
}

// The camera

async function startCamera(video) {
  camera ??= await openCamera(BADGE_WIDTH, 720);
  video.srcObject = camera;
  await video.play();
}

function stopCamera() {
  watching += 1;
  closeCamera(camera);
  camera = null;
}

// Ask about one frame after the other until `use` says that it is enough.
async function watch(video, width, path, use) {
  const mine = (watching += 1);
  await startCamera(video);
  while (mine === watching) {
    const begun = performance.now();
    const answer = await post(path, await snapshot(video, width));
    if (mine !== watching || (answer.ok && use(answer))) return;
    await pause(Math.max(0, FRAME_EVERY - (performance.now() - begun)));
  }
}

async function withCamera(action) {
  try {
    await action();
  } catch (error) {
    stopCamera();
    if (error instanceof Over) await leave();
    else complain(error instanceof DOMException ? kiosk.dataset.noCamera : kiosk.dataset.failed);
  }
}

// Pictures of the face

let saidAt = 0;
let keptBefore = 0;

function say(answer) {
  const now = performance.now();
  if (answer.box) lastSign = now;
  if (answer.kept === keptBefore && now - saidAt < SAID_FOR) return;
  const line = find("instruction");
  if (line.textContent !== answer.text) {
    line.textContent = answer.text;
    saidAt = now;
  }
  keptBefore = answer.kept;
  find("stage").dataset.hint = answer.instruction;
  find("ring").setAttribute("stroke-dasharray", `${answer.kept} ${answer.wanted}`);
  const next = Math.min(answer.kept + 1, answer.wanted);
  find("count").textContent = fill(kiosk.dataset.count, next, answer.wanted);
}

function takePictures() {
  show("camera");
  return withCamera(async () => {
    await watch(find("face-video"), FACE_WIDTH, "frame", (answer) => {
      say(answer);
      return answer.done;
    });
    if (step === "camera" && camera) {
      stopCamera();
      askForBadge();
    }
  });
}

// The badge

function askForBadge() {
  find("scan").hidden = !withFace; // whoever declined is not looked at
  show("badge");
}

function stopScanning() {
  stopCamera();
  find("scanner").hidden = true;
  find("typing").hidden = false;
}

function scanBadge() {
  find("printed").hidden = true;
  find("scanner").hidden = false;
  find("typing").hidden = true;
  find("stop-scan").focus();
  return withCamera(async () => {
    await watch(find("badge-video"), BADGE_WIDTH, "badge", (answer) => {
      if (!answer.number) return false;
      find("badge").value = answer.number;
      const read = fill(kiosk.dataset.read, answer.number);
      find("printed").textContent = `${read}. ${answer.text}`.trim();
      find("printed").classList.toggle("bad", Boolean(answer.text) && !answer.alike);
      find("printed").hidden = false;
      return true;
    });
  }).finally(() => {
    if (step !== "badge") return;
    stopScanning();
    find("badge").focus();
  });
}

// Saving

async function save(choice) {
  const answer = await post(
    "save",
    form({
      name: find("name").value,
      external_id: find("external-id").value,
      badge: find("badge").value,
      choice,
    }),
  );
  if (answer.ok) farewell(answer);
  else if (answer.alike) askWhetherBefore(answer.similarity);
  else {
    show("badge");
    complain(answer.text ?? kiosk.dataset.failed);
  }
}

function askWhetherBefore(similarity) {
  const line = find("alike-similarity");
  line.textContent = fill(line.dataset.text, similarity);
  show("alike");
}

function farewell(answer) {
  const heading = find("h-done");
  heading.textContent = answer.known ? heading.dataset.known : heading.dataset.stored;
  find("farewell").textContent = answer.text;
  show("done");
  find("finish").focus();
  let left = CLEAR_AFTER;
  const count = () => {
    find("seconds").textContent = fill(kiosk.dataset.seconds, left);
    if (left === 0) leave();
    left -= 1;
  };
  count();
  setInterval(count, 1000);
}

// Nobody there

function watchTheClock() {
  const away = (performance.now() - lastSign) / 1000;
  const question = find("still-there");
  if (step === "welcome" || step === "done") return;
  if (away >= LEAVE_AFTER) leave();
  else if (away >= ASK_AFTER && !question.open) question.showModal();
  else if (away < ASK_AFTER && question.open) question.close();
}

function aSign() {
  const before = lastSign;
  lastSign = performance.now();
  // The server forgets by itself, so it hears of somebody who types for a long time.
  if (step !== "welcome" && lastSign - before > 10_000) attempt(() => post("alive"));
}

// What the buttons do

const filled = (field) => {
  const empty = !field.value.trim();
  field.setAttribute("aria-invalid", String(empty));
  if (empty) field.focus();
  return !empty;
};

const begin = (agreed) =>
  attempt(async () => {
    const answer = await post("begin", form({ agreed, text: find("agree").value }));
    if (!answer.ok) return complain(kiosk.dataset.failed);
    withFace = agreed === "yes";
    show("name");
  });

find("start").addEventListener("click", () => show("consent"));
find("agree").addEventListener("click", () => begin("yes"));
find("decline").addEventListener("click", () => begin("no"));
find("cancel").addEventListener("click", leave);
find("finish").addEventListener("click", leave);
find("scan").addEventListener("click", scanBadge);
find("stop-scan").addEventListener("click", () => {
  stopScanning();
  find("badge").focus();
});
find("it-is-me").addEventListener("click", () => attempt(() => save("me")));
find("somebody-else").addEventListener("click", () => attempt(() => save("somebody-else")));
find("stay").addEventListener("click", () => find("still-there").close());
find("name-form").addEventListener("submit", (event) => {
  event.preventDefault();
  if (filled(find("name"))) withFace ? takePictures() : askForBadge();
});
find("badge-form").addEventListener("submit", (event) => {
  event.preventDefault();
  if (filled(find("badge"))) attempt(() => save("nobody"));
});
for (const kind of ["pointerdown", "keydown", "input"]) addEventListener(kind, aSign);

setInterval(watchTheClock, 1000);
setInterval(() => step === "welcome" && attempt(() => post("alive")), KEEP_SIGNED_IN_EVERY * 1000);
find("start").focus();
