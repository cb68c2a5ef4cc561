// Levels and latencies, drawn.

const calm = matchMedia("(prefers-reduced-motion: reduce)");

const rms = (samples) => Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
const decibels = (level) => Math.max(-60, 20 * Math.log10(level + 1e-6));

// A disc that moves with whoever speaks, and its colour says who does.
export class Orb {
  constructor(canvas, meter, audio) {
    Object.assign(this, { canvas, meter, audio, state: "idle", muted: false });
    this.level = 0;
    this.shape = new Float32Array(64);
    this.style = getComputedStyle(canvas);
    const scale = Math.min(2, devicePixelRatio || 1);
    this.size = canvas.width;
    canvas.width *= scale;
    canvas.height *= scale;
    this.pen = canvas.getContext("2d");
    this.pen.scale(scale, scale);
    this.draw = this.draw.bind(this);
    requestAnimationFrame(this.draw);
  }

  get speaks() {
    return this.state === "speaking";
  }

  draw(now) {
    requestAnimationFrame(this.draw);
    if (document.hidden || (calm.matches && now - (this.drawnAt ?? 0) < 250)) return;
    this.drawnAt = now;
    this.measure(now);
    const { pen, size } = this;
    const middle = size / 2;
    this.canvas.dataset.colour = this.colour; // style.css knows it, light and dark
    const colour = this.style.color;
    pen.clearRect(0, 0, size, size);
    const radius = size * (0.225 + 0.035 * this.level);
    pen.fillStyle = pen.strokeStyle = colour;
    pen.globalAlpha = 0.1;
    this.blob(middle, radius * 1.4, 11, now / 2600, 1);
    pen.globalAlpha = 0.2;
    this.blob(middle, radius * 1.2, 8, -now / 2100, 0.7);
    pen.globalAlpha = 1;
    this.blob(middle, radius, 5, now / 1700, 0.3);
    const shine = pen.createRadialGradient(middle - radius * 0.4, middle - radius * 0.5, 0, middle, middle, radius * 1.3);
    shine.addColorStop(0, "#ffffff66");
    shine.addColorStop(0.7, "#ffffff00");
    pen.fillStyle = shine;
    this.blob(middle, radius, 5, now / 1700, 0.3);
    if (this.state === "thinking" || this.state === "connecting" || this.state === "reconnecting") this.sweep(middle, radius, now);
    if (this.muted) this.strike(middle, radius);
  }

  get colour() {
    if (this.speaks) return "assistant";
    if (this.muted || ["idle", "connecting", "reconnecting"].includes(this.state)) return "rest";
    return this.state === "hearing you" ? "user" : this.state === "thinking" ? "thinking" : "listening";
  }

  measure(now) {
    const analyser = this.speaks ? this.audio.playedLevel : this.audio.microphone && this.audio.microphoneLevel;
    let level = 0;
    if (analyser) {
      this.samples ??= new Float32Array(analyser.fftSize);
      this.bins ??= new Uint8Array(analyser.frequencyBinCount);
      analyser.getFloatTimeDomainData(this.samples);
      analyser.getByteFrequencyData(this.bins);
      level = (decibels(rms(this.samples)) + 60) / 60;
    }
    this.level += (level - this.level) * (level > this.level ? 0.5 : 0.12);
    for (let i = 0; i < this.shape.length; i++) {
      const mirrored = i < 32 ? i : 63 - i; // voices lie in the lowest third
      const target = this.bins && analyser ? this.bins[2 + Math.round(mirrored * 3.2)] / 255 : 0;
      this.shape[i] += (target - this.shape[i]) * 0.25;
    }
    this.showMeter(now);
  }

  showMeter(now) {
    let level_db = -60;
    if (this.audio.microphone && !this.muted) {
      this.heard ??= new Float32Array(1024);
      this.audio.microphoneLevel.getFloatTimeDomainData(this.heard);
      level_db = decibels(rms(this.heard));
    }
    this.meter.firstElementChild.style.transform = `scaleX(${(level_db + 60) / 60})`;
    if (now - (this.toldAt ?? 0) > 500) {
      this.toldAt = now;
      this.meter.setAttribute("aria-valuenow", Math.round(level_db));
    }
  }

  blob(middle, radius, swing, turn, wobble) {
    const { pen } = this;
    const n = this.shape.length;
    const point = (i) => {
      const angle = (i / n) * 2 * Math.PI - Math.PI / 2;
      const drift = calm.matches ? 0 : Math.sin(3 * angle + turn * 2) * wobble * 2.2;
      const reach = radius + drift + swing * 2.4 * this.shape[((i % n) + n) % n];
      return [middle + reach * Math.cos(angle), middle + reach * Math.sin(angle)];
    };
    pen.beginPath();
    for (let i = 0; i <= n; i++) {
      const [x, y] = point(i);
      const [nextX, nextY] = point(i + 1);
      if (i === 0) pen.moveTo((x + nextX) / 2, (y + nextY) / 2);
      else pen.quadraticCurveTo(x, y, (x + nextX) / 2, (y + nextY) / 2);
    }
    pen.fill();
  }

  sweep(middle, radius, now) {
    const { pen } = this;
    pen.lineWidth = 3;
    pen.lineCap = "round";
    const from = calm.matches ? 0 : now / 320;
    pen.beginPath();
    pen.arc(middle, middle, radius * 1.62, from, from + 1.6);
    pen.stroke();
  }

  strike(middle, radius) {
    const { pen } = this;
    const reach = radius * 0.45;
    pen.strokeStyle = "#fff";
    pen.lineWidth = 5;
    pen.lineCap = "round";
    pen.beginPath();
    pen.moveTo(middle - reach, middle - reach);
    pen.lineTo(middle + reach, middle + reach);
    pen.stroke();
  }
}

const seconds = (ms) => `${(ms / 1000).toFixed(2)} s`;

// Where a turn's time went, from the user's last sound on. What is done inside the pause costs nothing.
export function showWaterfall(place, timed) {
  const { first_audio_ms, hangover_ms, stt_ms, llm_ms, tts_ms, begun_ms } = timed;
  const stages = [
    ["pause", 0, hangover_ms],
    ["words", begun_ms, stt_ms],
    ["model", begun_ms + stt_ms, llm_ms],
    ["voice", begun_ms + stt_ms + llm_ms, tts_ms],
  ];
  const scale = Math.max(first_audio_ms, ...stages.map(([, from, lasts]) => from + lasts), 1);
  const rows = stages.map(([name, from, lasts]) => {
    const row = document.createElement("div");
    row.className = "row";
    row.dataset.stage = name;
    const label = document.createElement("span");
    label.textContent = name;
    const lane = document.createElement("i");
    const bar = document.createElement("b");
    const start = Math.max(0, from);
    bar.style.left = `${(100 * start) / scale}%`;
    bar.style.width = `${Math.max(0.8, (100 * Math.max(0, from + lasts - start)) / scale)}%`;
    lane.append(bar);
    const figure = document.createElement("span");
    figure.textContent = `${Math.round(lasts)} ms`;
    row.append(label, lane, figure);
    return row;
  });
  place.replaceChildren(...rows);
  const words = stages.map(([name, , lasts]) => `${name} ${Math.round(lasts)} ms`).join(", ");
  place.setAttribute("aria-label", `First sound after ${seconds(first_audio_ms)}: ${words}`);
}

// The turns so far, the newest at the right.
export function showLatencies(place, latencies) {
  const newest = latencies.slice(-24);
  const longest = Math.max(...newest, 1000);
  place.replaceChildren(
    ...newest.map((latency) => {
      const bar = document.createElement("i");
      bar.style.height = `${Math.max(6, (100 * latency) / longest)}%`;
      bar.title = seconds(latency);
      return bar;
    }),
  );
}

export { seconds };
