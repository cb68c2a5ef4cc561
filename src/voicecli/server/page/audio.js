// Microphone and loudspeaker. One AudioContext at the rate of the API, 24 kHz, where the browser
// lets a microphone into such a one; else at its own.

export const API_RATE_HZ = 24000;

export const secure = Boolean(navigator.mediaDevices?.getUserMedia);

export function toInt16(floats) {
  return Int16Array.from(floats, (sample) => Math.max(-1, Math.min(1, sample)) * 32767);
}

export class Audio {
  constructor(element) {
    this.element = element;
    this.context = null;
    this.microphone = null; // a MediaStream
    this.microphoneLevel = null; // AnalyserNodes
    this.playedLevel = null;
    this.onHeard = () => {}; // Float32Arrays of the microphone
    this.onPlayed = () => {}; // and of a remote stream
    this.nodes = { microphone: [], remote: [] };
    this.sources = new Set();
    this.playedUntil = 0;
  }

  // To be called by a click or a key, or browsers stay silent.
  async begin() {
    if (!this.context) await this.#open(API_RATE_HZ);
    await this.context.resume();
  }

  async #open(rate) {
    this.context = new AudioContext(rate ? { sampleRate: rate, latencyHint: "interactive" } : {});
    this.microphoneLevel = this.#analyser();
    this.playedLevel = this.#analyser();
    this.output = null;
    // Worklets are for secure contexts only.
    await this.context.audioWorklet?.addModule("/page/worklet.js");
  }

  #analyser() {
    const node = this.context.createAnalyser();
    node.fftSize = 1024;
    node.smoothingTimeConstant = 0.7;
    return node;
  }

  get rate() {
    return this.context?.sampleRate ?? API_RATE_HZ;
  }

  async openMicrophone(deviceId) {
    this.closeMicrophone();
    this.microphone = await navigator.mediaDevices.getUserMedia({
      audio: {
        echoCancellation: true,
        noiseSuppression: true,
        autoGainControl: true,
        ...(deviceId && { deviceId: { exact: deviceId } }),
      },
    });
    try {
      this.#listen();
    } catch {
      // Firefox lets a microphone only into a context of the microphone's own rate.
      await this.context.close();
      await this.#open(null);
      this.#listen();
    }
  }

  #listen() {
    this.nodes.microphone = this.#tap(this.microphone, this.microphoneLevel, (piece) => this.onHeard(piece));
  }

  // The stream's samples, for the meter and whoever wants them; nothing of it becomes audible.
  #tap(stream, analyser, take) {
    const source = this.context.createMediaStreamSource(stream);
    source.connect(analyser);
    if (!this.context.audioWorklet) return [source];
    const tap = new AudioWorkletNode(this.context, "tap", { channelCount: 1, channelCountMode: "explicit" });
    const silence = this.context.createGain();
    silence.gain.value = 0;
    tap.port.onmessage = ({ data }) => take(data);
    source.connect(tap).connect(silence).connect(this.context.destination);
    return [source, tap, silence];
  }

  closeMicrophone() {
    for (const node of this.nodes.microphone) node.disconnect();
    this.nodes.microphone = [];
    for (const track of this.microphone?.getTracks() ?? []) track.stop();
    this.microphone = null;
  }

  // Through an element: browsers cancel its echo, and let a remote stream into Web Audio only so.
  playStream(stream) {
    this.stopStream();
    this.element.srcObject = stream;
    this.element.play().catch(() => {});
    this.nodes.remote = this.#tap(stream, this.playedLevel, (piece) => this.onPlayed(piece));
  }

  stopStream() {
    for (const node of this.nodes.remote) node.disconnect();
    this.nodes.remote = [];
    this.element.srcObject = null;
  }

  // PCM as it comes, one piece behind the other.
  play(int16, rate) {
    if (!this.output) {
      this.output = this.context.createMediaStreamDestination();
      this.playedLevel.connect(this.output);
    }
    if (this.element.srcObject !== this.output.stream) {
      this.element.srcObject = this.output.stream;
      this.element.play().catch(() => {});
    }
    const buffer = this.context.createBuffer(1, int16.length, rate);
    buffer.copyToChannel(Float32Array.from(int16, (sample) => sample / 32768), 0);
    const source = this.context.createBufferSource();
    source.buffer = buffer;
    source.connect(this.playedLevel);
    source.onended = () => this.sources.delete(source);
    this.sources.add(source);
    this.playedUntil = Math.max(this.playedUntil, this.context.currentTime + 0.06);
    source.start(this.playedUntil);
    this.playedUntil += buffer.duration;
  }

  // What was given to play() and is not heard yet never will be.
  silence() {
    for (const source of this.sources) source.stop();
    this.sources.clear();
    this.playedUntil = 0;
  }

  get bufferedMs() {
    return this.context ? Math.max(0, (this.playedUntil - this.context.currentTime) * 1000) : 0;
  }

  async playThrough(deviceId) {
    await this.element.setSinkId?.(deviceId);
  }
}
