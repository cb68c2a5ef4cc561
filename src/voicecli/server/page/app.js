// Buttons, keys and settings; and what an event changes on the page.

import { Audio, secure } from "/page/audio.js";
import { Client } from "/page/client.js";
import { Orb, seconds, showLatencies, showWaterfall } from "/page/gauges.js";
import { Transcript, download, trimmed } from "/page/transcript.js";

const $ = (id) => document.getElementById(id);

const TAIL_MS = 600; // a track's sound comes behind the event that tells its end, and is buffered
const RELEASE_MS = 250; // and a microphone's behind the button
const SHORTEST_HOLD_MS = 200;

const audio = new Audio($("audio"));
const transcript = new Transcript($("transcript"), $("scroll"), $("welcome"));
const orb = new Orb($("orb"), $("level"), audio);
const client = new Client(audio, { status, event, sound: (id, samples) => transcript.replySound(id, samples, 24000) });

const page = {
  status: "idle", // of the connection: idle, connecting, connected, reconnecting
  state: "", // of the conversation
  detail: "",
  muted: false,
  holding: false,
  response: null, // the id of the one in progress
  split: null, // what was heard of it, and what not
  recording: null,
  bufferMs: 0,
  latencies: [],
  waiting: [], // typed while a reply was on
};

// ---- settings --------------------------------------------------------------------------------

const DEFAULTS = { voice: "", speed: "1", language: "", eagerness: "auto", microphone: "", loudspeaker: "", transport: "", theme: "", push: "" };
const settings = { ...DEFAULTS, ...stored() };

function stored() {
  try {
    return JSON.parse(localStorage.getItem("voicecli") ?? "{}");
  } catch {
    return {};
  }
}

function store() {
  try {
    localStorage.setItem("voicecli", JSON.stringify(settings));
  } catch {
    // A browser that remembers nothing: they hold as long as the page does.
  }
}

client.session = () => ({
  type: "realtime",
  include: ["voicecli.events"],
  audio: {
    input: {
      transcription: { language: settings.language || null },
      turn_detection: settings.push ? null : { type: "semantic_vad", eagerness: settings.eagerness },
    },
    output: { speed: Number(settings.speed), ...(settings.voice && { voice: settings.voice }) },
  },
});

function applyTheme() {
  document.documentElement.dataset.theme = settings.theme;
}

const form = $("settings");

function showSettings() {
  for (const name of Object.keys(DEFAULTS)) if (form.elements[name]) form.elements[name].value = settings[name];
  $("speed-shown").textContent = `${Number(settings.speed).toFixed(2)}×`;
  $("push").checked = Boolean(settings.push);
}

function options(select, choices) {
  const known = new Set([...select.options].map((option) => option.value));
  for (const [value, text] of choices) if (!known.has(value)) select.add(new Option(text, value));
}

async function findDevices() {
  const devices = await (navigator.mediaDevices?.enumerateDevices?.() ?? []);
  const named = (kind) => devices.filter((one) => one.kind === kind && one.deviceId && one.label).map((one) => [one.deviceId, one.label]);
  options(form.elements.microphone, named("audioinput"));
  options(form.elements.loudspeaker, named("audiooutput"));
  form.elements.loudspeaker.disabled = !$("audio").setSinkId;
}

async function findChoices() {
  const response = await fetch("/page/config");
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  const config = await response.json();
  client.iceServers = config.ice_servers;
  const names = new Intl.DisplayNames([navigator.language, "en"], { type: "language" });
  options(form.elements.language, config.languages.map((code) => [code, names.of(code)]));
  options(form.elements.voice, config.voices.map(({ name, languages }) => [name, `${name}${languages.length ? ` (${languages.map((code) => names.of(code)).join(", ")})` : ""}`]));
  settings.voice = config.voices.some(({ name }) => name === settings.voice) ? settings.voice : config.voice;
  $("version").textContent = `voicecli ${config.version}`;
}

async function settingsChanged(before) {
  store();
  applyTheme();
  client.useWebSocket = !secure || settings.transport === "websocket";
  const changed = (name) => settings[name] !== before[name];
  if (changed("loudspeaker")) await audio.playThrough(settings.loudspeaker).catch(tellError);
  if (page.status !== "connected") return;
  // A voice is fixed once it was heard, and a track belongs to its microphone: a new session of the
  // same conversation.
  if (changed("voice") || changed("transport") || (changed("microphone") && audio.microphone)) {
    if (audio.microphone) await audio.openMicrophone(settings.microphone).catch(tellError);
    await client.connect().catch(tellError);
  } else if (["speed", "language", "eagerness", "push"].some(changed)) {
    client.send("session.update", { session: client.session() });
  }
}

// ---- what is shown ---------------------------------------------------------------------------

function tell(message, { stays = false } = {}) {
  clearTimeout(page.noticeTimer);
  $("notice").textContent = message;
  $("notice").hidden = !message;
  if (message && !stays) page.noticeTimer = setTimeout(() => tell(""), 12_000);
}

function tellError(error) {
  tell(`${error.message || error}`);
}

const keys = matchMedia("(hover: hover)").matches;

const HINTS = {
  idle: "Press start, or type.",
  connecting: "One moment.",
  listening: "Go ahead.",
  "hearing you": "",
  thinking: "",
  speaking: `Talk over it to interrupt${keys ? ", Esc stops it" : ""}.`,
  muted: "The microphone is off.",
};

function shownState() {
  if (page.status !== "connected") return page.status;
  if (page.holding) return "hearing you";
  const quiet = !page.state || page.state === "listening" || page.state === "hearing you";
  if (quiet && page.muted && !settings.push && audio.microphone) return "muted";
  return page.state || "listening";
}

function show() {
  const state = shownState();
  const live = page.status !== "idle";
  const talks = live && Boolean(audio.microphone);
  $("state").textContent = state;
  document.body.dataset.state = state.replace(" ", "-");
  let hint = page.detail || (HINTS[state] ?? "");
  if (state === "listening" && !audio.microphone) hint = "Type, or press start to talk.";
  if (state === "listening" && talks && settings.push) hint = keys ? "Hold space, or the button, and speak." : "Hold the button, and speak.";
  $("hint").textContent = hint;
  $("start").hidden = talks;
  $("hold").hidden = !(talks && settings.push);
  $("mute").hidden = !talks || Boolean(settings.push);
  $("mute").setAttribute("aria-pressed", String(page.muted));
  $("mute").lastElementChild.textContent = page.muted ? "Unmute" : "Mute";
  $("hold").classList.toggle("held", page.holding);
  $("stop").hidden = !live;
  $("stop").disabled = !page.response;
  $("hangup").hidden = !live;
  $("transport").textContent = client.connected ? client.transport.kind : page.status === "idle" ? "none" : "…";
  [orb.state, orb.muted] = [state, talks && page.muted && !settings.push];
}

function status(word, detail = "") {
  page.status = word;
  page.detail = word === "connected" ? "" : detail;
  if (word === "connected") {
    tell(transcript.turns.length ? "Back again; the conversation goes on." : "");
    if (detail !== "resumed") recall();
  }
  if (word === "idle") {
    audio.closeMicrophone();
    page.state = "";
    if (detail) tell(detail, { stays: true });
  }
  if (word === "connected") sendWaiting();
  show();
}

// ---- what happens ----------------------------------------------------------------------------

function event(one) {
  handlers[one.type]?.(one);
  show();
}

const handlers = {
  "voicecli.state_changed": ({ state }) => (page.state = state),
  "voicecli.partial_transcript": ({ committed, tail }) => transcript.partial(committed, tail),
  "voicecli.dropped": () => transcript.nothingSaid(),
  "voicecli.notice": ({ message, hint }) => tell(hint ? `${message} - ${hint}` : message),
  "voicecli.reply_ended": (split) => (page.split = split),
  "voicecli.turn_timed": (timed) => {
    page.latencies.push(timed.first_audio_ms);
    $("latency").textContent = seconds(timed.first_audio_ms);
    showWaterfall($("waterfall"), timed);
    showLatencies($("latencies"), page.latencies);
  },
  "input_audio_buffer.speech_started": () => transcript.hearing(),
  "conversation.item.input_audio_transcription.completed": ({ item_id, transcript: text }) => transcript.userSaid(item_id, text),
  "conversation.item.input_audio_transcription.failed": ({ error }) => {
    transcript.nothingSaid();
    tell(error.message);
  },
  "response.created": ({ response }) => {
    page.response = response.id;
    page.split = null;
    transcript.reply(response.id);
  },
  "response.output_audio_transcript.delta": ({ response_id, delta }) => transcript.replyText(response_id, delta),
  "response.output_text.delta": ({ response_id, delta }) => transcript.replyText(response_id, delta),
  "response.done": ({ response }) => replyDone(response),
  "output_audio_buffer.started": ({ response_id }) => {
    finishRecording();
    page.recording = { id: response_id, pieces: [] };
  },
  "page.connection_lost": () => {
    [page.response, page.state] = [null, ""];
    transcript.lost();
  },
  error: ({ error }) => {
    const expected = ["response_cancel_not_active", "item_not_found", "session_ended", "going_away"];
    if (error.code === "input_audio_buffer_commit_empty") transcript.nothingSaid();
    if (!expected.includes(error.code)) tell(error.message);
  },
};

function replyDone(response) {
  page.response = null;
  const split = page.split ?? { heard: "", unheard: "", interrupted: false };
  const turn = transcript.replyEnded(response.id, split, response.output[0]?.id);
  if (response.status === "failed") tell(response.status_details?.error?.message ?? "The reply failed.");
  if (page.recording) page.recordingTimer = setTimeout(finishRecording, TAIL_MS + page.bufferMs);
  else if (turn) transcript.offer(turn);
  sendWaiting();
}

audio.onPlayed = (piece) => page.recording?.pieces.push(piece);

function finishRecording() {
  clearTimeout(page.recordingTimer);
  const recording = page.recording;
  page.recording = null;
  const turn = recording && transcript.replies.get(recording.id);
  if (!turn) return;
  turn.rate = audio.rate;
  turn.pieces = trimmed(recording.pieces);
  transcript.offer(turn);
}

// ---- what the user does ----------------------------------------------------------------------

const NOT_SECURE =
  "Browsers give the microphone only to pages from https or from this very machine. Start the server with" +
  " `voicecli serve --tls` and open the address it prints, or open this page as localhost. You can type meanwhile.";

async function start() {
  tell("");
  if (!secure) {
    tell(NOT_SECURE, { stays: true });
    return;
  }
  $("start").disabled = true;
  try {
    await audio.begin();
    await audio.openMicrophone(settings.microphone);
    findDevices();
    setMuted(Boolean(settings.push));
    await client.connect();
    if (settings.loudspeaker) await audio.playThrough(settings.loudspeaker);
    ($("mute").hidden ? $("hold") : $("mute")).focus({ preventScroll: true });
  } catch (error) {
    audio.closeMicrophone();
    const denied = error.name === "NotAllowedError";
    const none = error.name === "NotFoundError";
    const reason = denied ? "the browser was told not to let this page hear you" : none ? "no microphone was found" : error.message;
    status("idle");
    tell(denied || none ? `Can't listen: ${reason}. You can still type.` : `Can't connect: ${reason}.`, { stays: true });
  } finally {
    $("start").disabled = false;
    show();
  }
}

function setMuted(muted) {
  page.muted = muted;
  client.mute(muted);
  show();
}

function stopReply() {
  if (page.response) client.stopReply();
}

async function send(text) {
  text = text.trim();
  if (!text) return;
  tell("");
  page.waiting.push(text);
  if (page.status === "connected") {
    stopReply();
    sendWaiting();
    return;
  }
  if (page.status !== "idle") return; // it is sent as soon as there is a connection
  try {
    await audio.begin();
    await client.connect();
  } catch (error) {
    const [unsent] = page.waiting.splice(0);
    $("text").value ||= unsent ?? "";
    status("idle");
    tell(`Can't connect: ${error.message}.`, { stays: true });
  }
}

// Another process answers than the one that knew the conversation, or it was kept no longer: the page tells it.
function recall() {
  for (const { role, itemId, heard } of transcript.turns) {
    if (!heard) continue;
    const content = [{ type: role === "user" ? "input_text" : "output_text", text: heard }];
    client.send("conversation.item.create", { item: { ...(itemId && { id: itemId }), type: "message", role, content } });
  }
}

// One after the other: a reply that is on has to end first.
function sendWaiting() {
  if (!client.connected || page.response || !page.waiting.length) return;
  const text = page.waiting.splice(0).join("\n");
  const id = `item_${crypto.getRandomValues(new Uint32Array(4)).join("")}`.slice(0, 32);
  const content = [{ type: "input_text", text }];
  transcript.userSaid(id, text);
  client.send("conversation.item.create", { item: { id, type: "message", role: "user", content } });
  client.send("response.create");
}

function hold() {
  if (page.holding || !client.connected || !audio.microphone || !settings.push) return;
  page.holding = true;
  page.heldAt = performance.now();
  clearTimeout(page.releaseTimer);
  stopReply();
  client.send("input_audio_buffer.clear");
  setMuted(false);
  transcript.hearing();
}

function release() {
  if (!page.holding) return;
  page.holding = false;
  const tooShort = performance.now() - page.heldAt < SHORTEST_HOLD_MS;
  page.releaseTimer = setTimeout(() => {
    setMuted(true);
    if (tooShort) {
      transcript.nothingSaid();
      client.send("input_audio_buffer.clear");
      tell("Hold it for as long as you speak.");
      return;
    }
    client.send("input_audio_buffer.commit");
    client.send("response.create");
  }, RELEASE_MS);
  show();
}

function clear() {
  stopReply();
  page.waiting = [];
  for (const item_id of transcript.itemIds) client.send("conversation.item.delete", { item_id });
  if (!client.connected) client.forget();
  transcript.clear();
  tell("");
}

// ---- wires -----------------------------------------------------------------------------------

$("start").addEventListener("click", start);
$("mute").addEventListener("click", () => setMuted(!page.muted));
$("stop").addEventListener("click", stopReply);
$("hangup").addEventListener("click", () => {
  page.response = null;
  transcript.lost();
  client.hangUp();
  $("start").focus({ preventScroll: true });
});
$("clear").addEventListener("click", clear);
$("save").addEventListener("click", () => download(new Blob([transcript.markdown()], { type: "text/markdown" }), "conversation.md"));

for (const example of document.querySelectorAll(".example")) example.addEventListener("click", () => send(example.textContent));

$("composer").addEventListener("submit", (submitted) => {
  submitted.preventDefault();
  const text = $("text").value;
  $("text").value = "";
  fit();
  send(text);
});
$("text").addEventListener("keydown", (key) => {
  if (key.key !== "Enter" || key.shiftKey || key.isComposing) return;
  key.preventDefault();
  $("composer").requestSubmit();
});
$("text").addEventListener("input", fit);

function fit() {
  $("text").style.height = "auto";
  $("text").style.height = `${$("text").scrollHeight}px`;
}

$("hold").addEventListener("pointerdown", (pointer) => {
  $("hold").setPointerCapture(pointer.pointerId);
  hold();
});
for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) $("hold").addEventListener(end, release);
$("hold").addEventListener("contextmenu", (menu) => menu.preventDefault());
window.addEventListener("blur", release);

const takesSpace = (target) => target !== $("hold") && target.closest?.("input, textarea, select, button, summary, dialog");

document.addEventListener("keydown", (key) => {
  if (key.key === "Escape" && !$("settings-dialog").open) stopReply();
  if (key.code !== "Space" || !settings.push || takesSpace(key.target)) return;
  key.preventDefault();
  if (!key.repeat) hold();
});
document.addEventListener("keyup", (key) => {
  if (key.code !== "Space") return;
  if (page.holding) key.preventDefault();
  release();
});

$("push").addEventListener("change", async () => {
  const before = { ...settings };
  settings.push = $("push").checked ? "yes" : "";
  setMuted(Boolean(settings.push));
  await settingsChanged(before);
  show();
});

$("open-settings").addEventListener("click", () => {
  showSettings();
  findDevices();
  $("settings-dialog").showModal();
});
form.elements.speed.addEventListener("input", () => ($("speed-shown").textContent = `${Number(form.elements.speed.value).toFixed(2)}×`));
$("settings-dialog").addEventListener("close", async () => {
  const before = { ...settings };
  for (const name of Object.keys(DEFAULTS)) if (form.elements[name]) settings[name] = form.elements[name].value;
  await settingsChanged(before);
  show();
});
navigator.mediaDevices?.addEventListener?.("devicechange", findDevices);

async function showFigures() {
  const figures = client.connected ? await client.transport.figures().catch(() => ({})) : {};
  page.bufferMs = figures.bufferMs ?? 0;
  const ms = (value) => (value === undefined ? "–" : `${Math.round(value)} ms`);
  $("rtt").textContent = ms(figures.rttMs);
  $("jitter").textContent = ms(figures.jitterMs);
  $("buffer").textContent = ms(figures.bufferMs);
  $("loss").textContent = figures.loss === undefined ? "–" : `${(100 * figures.loss).toFixed(1)} %`;
}
setInterval(showFigures, 1000);

// On a phone the cards are closed: the conversation comes first.
if (matchMedia("(max-width: 50rem)").matches) for (const card of document.querySelectorAll("details.card")) card.open = false;

applyTheme();
client.useWebSocket = !secure || settings.transport === "websocket";
if (new URLSearchParams(location.search).get("transport") === "websocket") client.useWebSocket = true;
showSettings();
show();
if (!secure) tell(NOT_SECURE, { stays: true });
findChoices()
  .then(showSettings)
  .catch((error) => tell(`This page can't ask its server: ${error.message}.`, { stays: true }));
