// Who said what, and what of it was heard. Text goes into the page as text alone.

import { toInt16 } from "/page/audio.js";

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

const clock = (date) => date.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

export function wav(pieces, rate) {
  const n = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const header = new DataView(new ArrayBuffer(44));
  const ascii = (at, text) => [...text].forEach((char, i) => header.setUint8(at + i, char.charCodeAt(0)));
  ascii(0, "RIFF");
  header.setUint32(4, 36 + 2 * n, true);
  ascii(8, "WAVEfmt ");
  header.setUint32(16, 16, true);
  header.setUint16(20, 1, true);
  header.setUint16(22, 1, true);
  header.setUint32(24, rate, true);
  header.setUint32(28, 2 * rate, true);
  header.setUint16(32, 2, true);
  header.setUint16(34, 16, true);
  ascii(36, "data");
  header.setUint32(40, 2 * n, true);
  return new Blob([header, ...pieces], { type: "audio/wav" });
}

export function download(blob, name) {
  const link = element("a", { href: URL.createObjectURL(blob), download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

// Two pieces of a sentence, with a space where none is.
const spaced = (before, after) => (before && after && !/\s$/.test(before) && !/^[\s.,;:!?]/.test(after) ? ` ${after}` : after);

class Turn {
  constructor(role, list) {
    this.role = role;
    this.at = new Date();
    this.itemId = null;
    this.heard = "";
    this.tail = ""; // may still change
    this.unheard = "";
    this.pieces = []; // Int16Arrays
    this.rate = 24000;
    this.words = element("p", { class: "said" });
    this.foot = element("p", { class: "foot" });
    const who = element("p", { class: "who" }, role === "user" ? "You" : "voicecli", element("time", {}, clock(this.at)));
    this.line = element("li", { "data-role": role, "data-state": "open", "aria-busy": "true" }, who, this.words, this.foot);
    list.append(this.line);
  }

  show() {
    const parts = [];
    if (this.heard) parts.push(element("span", { class: "heard" }, this.heard));
    if (this.tail) parts.push(element("span", { class: "tail" }, spaced(this.heard, this.tail)));
    if (this.unheard) {
      parts.push(" ", element("span", { class: "sr" }, "Not heard: "));
      parts.push(element("s", { class: "unheard" }, this.unheard.trim()));
    }
    if (!parts.length) parts.push(element("span", { class: "dots", "aria-hidden": "true" }, element("i"), element("i"), element("i")));
    this.words.replaceChildren(...parts);
  }

  close() {
    this.line.dataset.state = "done";
    this.line.removeAttribute("aria-busy");
    this.show();
  }

  note(text) {
    this.foot.append(element("span", {}, text));
  }

  get seconds() {
    return this.pieces.reduce((sum, piece) => sum + piece.length, 0) / this.rate;
  }
}

export class Transcript {
  constructor(list, scroll, welcome) {
    Object.assign(this, { list, scroll, welcome });
    this.turns = [];
    this.draft = null; // what the user is saying
    this.replies = new Map(); // by response id
    this.atEnd = true; // what the reader has done, whatever became of the room since
    scroll.addEventListener("scroll", () => { this.atEnd = this.toEnd < 300; });
    new ResizeObserver(() => { if (this.atEnd) scroll.scrollTop = scroll.scrollHeight; }).observe(scroll);
  }

  add(role) {
    this.welcome.hidden = true;
    const turn = new Turn(role, this.list);
    this.turns.push(turn);
    turn.show();
    this.follow();
    return turn;
  }

  remove(turn) {
    turn.line.remove();
    this.turns = this.turns.filter((other) => other !== turn);
  }

  clear() {
    for (const turn of [...this.turns]) this.remove(turn);
    this.draft = null;
    this.replies.clear();
    this.welcome.hidden = false;
  }

  get toEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroll;
    return scrollHeight - scrollTop - clientHeight;
  }

  // Down, but not away from who reads further up.
  follow() {
    if (this.toEnd < 300) this.scroll.scrollTop = this.scroll.scrollHeight;
  }

  hearing() {
    this.draft ??= this.add("user");
    return this.draft;
  }

  partial(committed, tail) {
    if (!committed && !tail) return;
    const draft = this.hearing();
    [draft.heard, draft.tail] = [committed, tail];
    draft.show();
    this.follow();
  }

  userSaid(itemId, text) {
    if (!text.trim()) return this.nothingSaid();
    const turn = this.hearing();
    this.draft = null;
    [turn.heard, turn.tail, turn.itemId] = [text, "", itemId];
    turn.close();
    this.follow();
  }

  nothingSaid() {
    if (this.draft) this.remove(this.draft);
    this.draft = null;
  }

  reply(responseId) {
    if (!this.replies.has(responseId)) this.replies.set(responseId, this.add("assistant"));
    return this.replies.get(responseId);
  }

  replyText(responseId, delta) {
    const turn = this.reply(responseId);
    turn.heard += delta;
    turn.show();
    this.follow();
  }

  replySound(responseId, int16, rate) {
    const turn = this.replies.get(responseId);
    if (!turn) return;
    turn.pieces.push(int16);
    turn.rate = rate;
  }

  // split: {heard, unheard}; an interrupted reply ends where it was cut.
  replyEnded(responseId, { heard, unheard, interrupted }, itemId) {
    const turn = this.replies.get(responseId);
    if (!turn) return null;
    turn.itemId = itemId;
    if (interrupted || unheard) [turn.heard, turn.unheard] = [heard, unheard];
    if (!turn.heard && !turn.unheard) {
      this.remove(turn);
      return null;
    }
    if (unheard) turn.line.dataset.interrupted = "true";
    turn.close();
    if (interrupted && unheard) turn.note(heard ? "you cut in here" : "not heard");
    this.follow();
    return turn;
  }

  // Once all of its sound is there.
  offer(turn) {
    if (!turn.pieces.length || turn.offered) return;
    turn.offered = true;
    const name = `voicecli-${this.turns.indexOf(turn) + 1}.wav`;
    const button = element("button", { type: "button", class: "link", "data-testid": "wav" }, `WAV ${turn.seconds.toFixed(1)} s`);
    button.setAttribute("aria-label", `Download this reply as a WAV file of ${turn.seconds.toFixed(1)} seconds`);
    button.addEventListener("click", () => download(wav(turn.pieces, turn.rate), name));
    turn.foot.prepend(button);
    this.follow();
  }

  lost() {
    this.nothingSaid();
    for (const [id, turn] of this.replies) {
      if (turn.line.dataset.state !== "open") continue;
      if (turn.heard) {
        turn.close();
        turn.note("the connection broke here");
      } else this.remove(turn);
      this.replies.delete(id);
    }
  }

  get itemIds() {
    return this.turns.map((turn) => turn.itemId).filter(Boolean);
  }

  markdown() {
    const escaped = (text) => text.replace(/([\\`*_~<>#|[\]])/g, "\\$1");
    const lines = [`# A conversation with voicecli, ${new Date().toLocaleString()}`];
    for (const turn of this.turns) {
      const unheard = turn.unheard.trim() && ` ~~${escaped(turn.unheard.trim())}~~`;
      const who = turn.role === "user" ? "You" : "voicecli";
      lines.push(`**${who}** (${clock(turn.at)}): ${escaped(turn.heard.trim())}${unheard}`.trim());
    }
    return `${lines.join("\n\n")}\n`;
  }
}

// A reply on a track: its pieces, without the silence around it.
export function trimmed(pieces) {
  const loud = (piece) => piece.some((sample) => Math.abs(sample) > 0.003);
  const first = pieces.findIndex(loud);
  return first < 0 ? [] : pieces.slice(first, pieces.findLastIndex(loud) + 1).map(toInt16);
}
