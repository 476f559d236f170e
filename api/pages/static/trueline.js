// What pages do beyond htmx: drawings that can be moved and enlarged, files that can be dropped, boards that follow events.
"use strict";

const LEAST_SIZE = 0.8; // of its natural size, below which labels cannot be read

/** Let the SVG inside a viewer be moved with the pointer or the arrow keys, and enlarged with the wheel or + and -. */
function makeViewer(viewer) {
  const svg = viewer.querySelector(":scope > svg");
  if (!svg || viewer.dataset.ready) return;
  viewer.dataset.ready = "yes";
  const box = svg.viewBox.baseVal;
  const whole = { x: box.x, y: box.y, width: box.width, height: box.height };
  let view = { ...whole };
  svg.removeAttribute("width");
  svg.removeAttribute("height");
  const show = () => svg.setAttribute("viewBox", `${view.x} ${view.y} ${view.width} ${view.height}`);
  const scale = () => Math.max(view.width / svg.clientWidth, view.height / svg.clientHeight);
  const zoom = (factor, at) => {
    const width = Math.min(Math.max(view.width * factor, whole.width / 40), whole.width * 4);
    const ratio = width / view.width;
    const centre = at || { x: view.x + view.width / 2, y: view.y + view.height / 2 };
    view = { x: centre.x - (centre.x - view.x) * ratio, y: centre.y - (centre.y - view.y) * ratio, width, height: view.height * ratio };
    show();
  };
  const move = (right, down) => { view.x += right * scale(); view.y += down * scale(); show(); };
  const fit = () => { view = { ...whole }; show(); };
  const begin = () => { // where all of it would be too small to read, it begins at its top, in a size that can be read
    const readable = { width: svg.clientWidth / 1.05, height: svg.clientHeight / 1.05 };
    if (scale() * LEAST_SIZE <= 1) return;
    view = { x: whole.x + Math.max(0, (whole.width - readable.width) / 2), y: whole.y, ...readable };
    if (whole.width < readable.width) view.x = whole.x - (readable.width - whole.width) / 2;
    show();
  };
  const pointOf = (event) => new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
  viewer.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !viewer.matches(":focus-within, :hover:focus")) return; // a page that is scrolled past a drawing scrolls on
    event.preventDefault();
    zoom(event.deltaY > 0 ? 1.15 : 1 / 1.15, pointOf(event));
  }, { passive: false });
  let last = null, moved = 0;
  viewer.addEventListener("pointerdown", (event) => {
    if (event.button || event.target.closest("button")) return;
    last = event; moved = 0;
  });
  viewer.addEventListener("pointermove", (event) => {
    if (!last) return;
    moved += Math.abs(event.clientX - last.clientX) + Math.abs(event.clientY - last.clientY);
    if (moved > 4) { viewer.setPointerCapture(event.pointerId); viewer.classList.add("moving"); }
    move(last.clientX - event.clientX, last.clientY - event.clientY);
    last = event;
  });
  const end = () => { last = null; viewer.classList.remove("moving"); };
  viewer.addEventListener("pointerup", end);
  viewer.addEventListener("pointercancel", end);
  viewer.addEventListener("click", (event) => { if (moved > 4) { event.preventDefault(); event.stopPropagation(); moved = 0; } }, true);
  viewer.addEventListener("keydown", (event) => {
    if (event.target !== viewer) return;
    const steps = { ArrowLeft: [-60, 0], ArrowRight: [60, 0], ArrowUp: [0, -60], ArrowDown: [0, 60] };
    if (steps[event.key]) move(...steps[event.key]);
    else if (event.key === "+" || event.key === "=") zoom(1 / 1.25);
    else if (event.key === "-") zoom(1.25);
    else if (event.key === "0") fit();
    else return;
    event.preventDefault();
  });
  viewer.addEventListener("focusin", (event) => { // who goes through a drawing by keys sees where he is
    const link = event.target.closest("svg a");
    if (!link || !link.matches(":focus-visible")) return;
    viewer.scrollTo(0, 0);
    const at = link.getBoundingClientRect(), frame = viewer.getBoundingClientRect();
    if (at.left >= frame.left && at.right <= frame.right && at.top >= frame.top && at.bottom <= frame.bottom) return;
    move((at.left + at.right - frame.left - frame.right) / 2, (at.top + at.bottom - frame.top - frame.bottom) / 2);
  });
  begin();
  for (const button of viewer.querySelectorAll(".zoom button")) {
    button.addEventListener("click", () => ({ in: () => zoom(1 / 1.25), out: () => zoom(1.25), fit })[button.dataset.zoom]());
  }
}

/** Send a file as the body of a request, and go where the answer says; problems are shown by the server's own words. */
function makeDrop(drop) {
  if (drop.dataset.ready) return;
  drop.dataset.ready = "yes";
  const input = drop.querySelector("input[type=file]");
  const form = drop.closest("form");
  for (const name of ["dragenter", "dragover"]) drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("over"); });
  for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
  input.addEventListener("change", () => { if (input.files.length && form.dataset.send === "at-once") sendFile(form, input.files[0]); });
  form.addEventListener("submit", (event) => { event.preventDefault(); if (input.files.length) sendFile(form, input.files[0]); });
}

function sendFile(form, file) {
  const progress = form.querySelector("progress");
  const answer = form.querySelector("[data-answer]");
  const query = new URLSearchParams({ name: file.name });
  for (const field of form.querySelectorAll("[data-option]")) if (field.value) query.set(field.name, field.value);
  const request = new XMLHttpRequest();
  request.open("POST", `${form.action}?${query}`);
  request.setRequestHeader("Content-Type", "application/octet-stream");
  request.setRequestHeader("X-CSRF-Token", document.body.dataset.csrf || "");
  progress.hidden = false;
  form.setAttribute("aria-busy", "true");
  request.upload.onprogress = (event) => { if (event.lengthComputable) progress.value = event.loaded / event.total; };
  request.upload.onload = () => progress.removeAttribute("value"); // it has arrived and is being read
  request.onloadend = () => {
    progress.hidden = true;
    form.removeAttribute("aria-busy");
    const place = request.getResponseHeader("Location"), signIn = request.getResponseHeader("HX-Redirect");
    if (request.status === 401 && signIn) { window.location.assign(signIn); return; } // the session has ended
    if (request.status >= 200 && request.status < 300 && place) { window.location.assign(place); return; }
    answer.innerHTML = request.status ? request.responseText : answer.dataset.lost; // a fragment of our own, whose values are escaped
    answer.focus();
    window.htmx.process(answer);
  };
  request.send(file);
}

/** Load a part of the page anew when the log that it shows has said something. */
function makeBoard(board) {
  if (board.dataset.ready) return;
  board.dataset.ready = "yes";
  const source = new EventSource(board.dataset.stream);
  let waiting = null;
  const changed = () => {
    if (waiting) return;
    waiting = setTimeout(() => { waiting = null; window.htmx.trigger(board, "said"); }, 400); // many events at once are one reload
  };
  for (const kind of ["verdict", "closed", "deadline-near", "deadline-passed"]) source.addEventListener(kind, changed);
  window.addEventListener("pagehide", () => source.close());
}

/** Show a moment in the reader's own time; the moment in UTC stays as its title. */
function makeLocal(time) {
  const moment = new Date(time.dateTime);
  if (time.title || Number.isNaN(moment.valueOf())) return;
  const two = (number) => String(number).padStart(2, "0");
  time.title = time.textContent;
  time.textContent = `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())} ${two(moment.getHours())}:${two(moment.getMinutes())}`;
}

/** Copy a text that is shown once. */
function makeCopy(button) {
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
    button.textContent = button.dataset.done;
  });
}

/** Say in a form in which zone its days are meant. */
function makeZone(field) {
  if (!field.value) field.value = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
}

function begin(root) {
  root.querySelectorAll(".viewer").forEach(makeViewer);
  root.querySelectorAll(".drop").forEach(makeDrop);
  root.querySelectorAll("[data-stream]").forEach(makeBoard);
  root.querySelectorAll("time[data-local]").forEach(makeLocal);
  root.querySelectorAll("[data-copy]").forEach(makeCopy);
  root.querySelectorAll("[data-zone]").forEach(makeZone);
}

document.addEventListener("DOMContentLoaded", () => begin(document));
document.addEventListener("htmx:afterSwap", (event) => begin(event.target.parentElement || document));
document.addEventListener("htmx:configRequest", (event) => { event.detail.headers["X-CSRF-Token"] = document.body.dataset.csrf || ""; });
document.addEventListener("change", (event) => { if (event.target.matches("[data-submit]")) event.target.form.requestSubmit(); });
