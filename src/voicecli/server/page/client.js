// A session of the Realtime API, over WebRTC or a WebSocket. When it is lost it comes back, and the
// conversation with it.

import { API_RATE_HZ, toInt16 } from "/page/audio.js";

const CONNECT_S = 8;
const DISCONNECTED_S = 3; // WebRTC often heals itself before
const BACK_OFF_S = [0.5, 1, 2, 4, 8];
const KEEP_S = 60; // as long as the server keeps a conversation

class ConnectError extends Error {
  // final: trying again would change nothing
  constructor(message, { final = false, retryAfterS = 0 } = {}) {
    super(message);
    Object.assign(this, { final, retryAfterS });
  }
}

async function refusal(response) {
  const body = await response.json().catch(() => ({}));
  const message = body.error?.message ?? body.status ?? `the server answered ${response.status}`;
  const retryAfterS = Number(response.headers.get("Retry-After") ?? 0);
  return new ConnectError(message, { final: response.status < 500, retryAfterS });
}

function within(seconds, promise, message) {
  let timer;
  const late = new Promise((_, fail) => {
    timer = setTimeout(() => fail(new ConnectError(message)), seconds * 1000);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

class Call {
  kind = "WebRTC";

  constructor(audio, handlers) {
    Object.assign(this, { audio, handlers });
  }

  async open({ session, resume, iceServers }) {
    const peer = (this.peer = new RTCPeerConnection({ iceServers }));
    const [track] = this.audio.microphone?.getAudioTracks() ?? [];
    if (track) peer.addTrack(track, this.audio.microphone);
    else peer.addTransceiver("audio", { direction: "recvonly" });
    peer.ontrack = ({ track, streams }) => this.audio.playStream(streams[0] ?? new MediaStream([track]));
    const channel = (this.channel = peer.createDataChannel("oai-events"));
    channel.onmessage = ({ data }) => this.handlers.event(JSON.parse(data));
    const opened = new Promise((resolve, fail) => {
      channel.onopen = resolve;
      channel.onclose = () => this.#lost("the call was ended");
      peer.onconnectionstatechange = () => {
        this.#follow();
        if (peer.connectionState === "failed") fail(new ConnectError("no way through the network was found"));
      };
    });
    await peer.setLocalDescription();
    const body = new FormData();
    body.set("sdp", peer.localDescription.sdp);
    body.set("session", JSON.stringify(session));
    const response = await fetch(`/v1/realtime/calls?${resume}`, { method: "POST", body }).catch(() => {
      throw new ConnectError("the server can't be reached");
    });
    if (!response.ok) throw Object.assign(await refusal(response), { refused: true });
    await peer.setRemoteDescription({ type: "answer", sdp: await response.text() });
    await within(CONNECT_S, opened, "the call was not connected in time");
    this.connected = true;
  }

  #follow() {
    clearTimeout(this.timer);
    const state = this.peer.connectionState;
    if (state === "failed" || state === "closed") this.#lost("the connection broke");
    if (state === "disconnected") {
      this.timer = setTimeout(() => this.#lost("the connection broke"), DISCONNECTED_S * 1000);
    }
  }

  #lost(reason) {
    if (!this.connected) return;
    this.close();
    this.handlers.lost(reason);
  }

  send(event) {
    if (this.channel.readyState === "open") this.channel.send(JSON.stringify(event));
  }

  mute(muted) {
    for (const track of this.audio.microphone?.getAudioTracks() ?? []) track.enabled = !muted;
  }

  stopPlaying() {
    this.send({ type: "output_audio_buffer.clear" });
  }

  close() {
    this.connected = false;
    clearTimeout(this.timer);
    this.audio.stopStream();
    this.peer?.close();
  }

  // Milliseconds, and the share of packets that were lost.
  async figures() {
    const figures = {};
    for (const report of (await this.peer.getStats()).values()) {
      if (report.type === "inbound-rtp" && report.kind === "audio") {
        figures.jitterMs = 1000 * report.jitter;
        figures.loss = report.packetsLost / Math.max(1, report.packetsLost + report.packetsReceived);
        const n = report.jitterBufferEmittedCount - (this.emitted ?? 0);
        if (n > 0) figures.bufferMs = (1000 * (report.jitterBufferDelay - (this.delay ?? 0))) / n;
        [this.emitted, this.delay] = [report.jitterBufferEmittedCount, report.jitterBufferDelay];
      }
      if (report.type === "candidate-pair" && report.nominated && report.currentRoundTripTime !== undefined) {
        figures.rttMs = 1000 * report.currentRoundTripTime;
      }
    }
    return figures;
  }
}

class Socket {
  kind = "WebSocket";

  constructor(audio, handlers) {
    Object.assign(this, { audio, handlers });
  }

  async open({ session, resume }) {
    const url = new URL(`/v1/realtime?model=voicecli&${resume}`, location.href);
    url.protocol = url.protocol.replace("http", "ws");
    const socket = (this.socket = new WebSocket(url));
    socket.binaryType = "arraybuffer";
    const opened = new Promise((resolve, fail) => {
      socket.onopen = resolve;
      socket.onerror = () => fail(new ConnectError("the server can't be reached"));
    });
    socket.onmessage = ({ data }) => this.#take(JSON.parse(data));
    socket.onclose = ({ code, reason }) => this.#lost(code, reason);
    await within(CONNECT_S, opened, "the server doesn't answer").catch(async (error) => {
      socket.close();
      // A browser doesn't tell why a WebSocket was refused.
      const ready = await fetch("/readyz").catch(() => null);
      throw ready && !ready.ok ? await refusal(ready) : error;
    });
    const heard = { format: { type: "audio/pcm", rate: this.audio.rate } };
    session.audio.input = { ...session.audio.input, ...heard };
    this.send({ type: "session.update", session });
    this.audio.onHeard = (piece) => this.#hear(piece);
    this.connected = true;
  }

  #take(event) {
    if (event.type === "response.output_audio.delta") {
      const bytes = Uint8Array.from(atob(event.delta), (char) => char.charCodeAt(0));
      const samples = new Int16Array(bytes.buffer);
      this.audio.play(samples, API_RATE_HZ);
      this.handlers.sound(event.response_id, samples);
      return;
    }
    // What was sent ahead is not to be heard any more.
    if (event.type === "input_audio_buffer.speech_started") this.audio.silence();
    if (event.type === "response.done" && event.response.status === "cancelled") this.audio.silence();
    this.handlers.event(event);
  }

  #hear(piece) {
    if (!this.muted && this.socket.readyState === WebSocket.OPEN) this.socket.send(toInt16(piece));
  }

  #lost(code, reason) {
    if (!this.connected) return;
    this.close();
    // 1001 is a server that goes away, 1006 a broken connection: both may come back.
    this.handlers.lost(reason || "the connection broke", code === 1000 || code === 1008);
  }

  send(event) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(event));
  }

  mute(muted) {
    this.muted = muted;
  }

  stopPlaying() {
    this.audio.silence();
  }

  close() {
    this.connected = false;
    this.audio.onHeard = () => {};
    this.audio.silence();
    this.socket?.close(1000);
  }

  async figures() {
    return { bufferMs: this.audio.bufferedMs };
  }
}

export class Client {
  // handlers: status(word, detail), event(event), sound(responseId, int16)
  constructor(audio, handlers) {
    this.audio = audio;
    this.handlers = handlers;
    this.iceServers = [];
    this.session = () => ({});
    this.transport = null;
    this.resumeToken = null;
    this.lostAt = 0;
    this.wanted = false;
    this.muted = false;
    this.useWebSocket = false;
    window.addEventListener("online", () => this.hurry?.());
  }

  get connected() {
    return Boolean(this.transport?.connected);
  }

  async connect() {
    this.wanted = true;
    await this.#connect().catch((error) => {
      this.wanted = false;
      throw error;
    });
  }

  async #connect() {
    this.handlers.status("connecting");
    const session = this.session();
    const resumable = this.resumeToken && (this.connected || Date.now() - this.lostAt < KEEP_S * 1000);
    const resume = resumable ? `resume=${encodeURIComponent(this.resumeToken)}` : "";
    const old = this.transport;
    this.transport = null;
    old?.close();
    const how = { session, resume, iceServers: this.iceServers };
    if (!this.useWebSocket && window.RTCPeerConnection) {
      try {
        await this.#open(new Call(this.audio, this.#handlers()), how);
      } catch (error) {
        if (error.refused || !this.wanted) throw error;
        this.handlers.status("connecting", "WebRTC doesn't get through; trying a WebSocket.");
        await this.#open(new Socket(this.audio, this.#handlers()), how);
        this.useWebSocket = true;
      }
    } else {
      await this.#open(new Socket(this.audio, this.#handlers()), how);
    }
    this.transport.mute(this.muted);
    this.handlers.status("connected", this.resumed ? "resumed" : "");
  }

  async #open(transport, how) {
    this.opening = transport;
    const created = new Promise((resolve) => (this.created = resolve));
    try {
      await transport.open(how);
      const session = await within(CONNECT_S, created, "the server doesn't answer");
      this.resumed = session.resumed_items > 0;
      if (!this.wanted) throw new ConnectError("it was ended", { final: true });
      this.transport = transport;
    } catch (error) {
      transport.close();
      throw error;
    } finally {
      this.opening = null;
    }
  }

  #handlers() {
    return {
      event: (event) => {
        if (event.type === "session.created") {
          this.resumeToken = event.session.resume_token;
          this.created(event.session);
        }
        if (event.type === "error" && event.error.code === "session_ended") this.ending = event.error.message;
        this.handlers.event(event);
      },
      sound: this.handlers.sound,
      lost: (reason, final) => this.#lost(this.ending ?? reason, final || Boolean(this.ending)),
    };
  }

  async #lost(reason, final) {
    this.transport = null;
    this.ending = null;
    this.lostAt = Date.now();
    this.handlers.event({ type: "page.connection_lost" });
    if (final) {
      this.wanted = false;
      this.handlers.status("idle", reason);
      return;
    }
    for (let attempt = 0; this.wanted; attempt++) {
      let waitS = BACK_OFF_S[Math.min(attempt, BACK_OFF_S.length - 1)];
      this.handlers.status("reconnecting", `${reason}; trying again in ${waitS} s`);
      await this.#pause(waitS);
      if (!this.wanted) return;
      try {
        await this.#connect();
        return;
      } catch (error) {
        reason = error.message;
        if (error.final) {
          this.wanted = false;
          this.handlers.status("idle", reason);
        } else if (error.retryAfterS > waitS) await this.#pause(error.retryAfterS - waitS);
      }
    }
  }

  #pause(seconds) {
    return new Promise((resolve) => {
      this.hurry = resolve;
      setTimeout(resolve, seconds * 1000);
    });
  }

  hangUp() {
    this.wanted = false;
    this.hurry?.();
    this.opening?.close();
    if (this.transport) this.lostAt = Date.now();
    this.transport?.close();
    this.transport = null;
    this.handlers.status("idle");
  }

  // What was said so far is left behind.
  forget() {
    this.resumeToken = null;
  }

  mute(muted) {
    this.muted = muted;
    this.transport?.mute(muted);
  }

  send(type, fields = {}) {
    this.transport?.send({ type, ...fields });
  }

  stopReply() {
    this.send("response.cancel");
    this.transport?.stopPlaying();
  }
}
