// node agents_websocket.mjs URL PCM...: each recording is a turn. Prints what the SDK made of it.

import { OpenAIRealtimeWebSocket, RealtimeAgent, RealtimeSession } from "@openai/agents/realtime";
import { say } from "./said.mjs";

const [url, ...recordings] = process.argv.slice(2);
const agent = new RealtimeAgent({ name: "Assistant", instructions: "Answer briefly." });
const session = new RealtimeSession(agent, { transport: new OpenAIRealtimeWebSocket({ useInsecureApiKey: true }) });

const errors = [];
let soundBytes = 0;
let replied = () => {};
session.on("error", ({ error }) => errors.push(error));
session.on("audio", ({ data }) => (soundBytes += data.byteLength));
session.on("transport_event", (event) => event.type === "response.done" && replied());

await session.connect({ apiKey: "none", url });
for (const path of recordings) {
  const reply = new Promise((resolve) => (replied = resolve));
  await say(path, (piece) => session.sendAudio(new Uint8Array(piece).buffer));
  await reply;
}
// It asks for items after each transcript, and tells nobody when the last of them is there.
const complete = () =>
  session.history.length === 2 * recordings.length &&
  session.history.every((item) => item.status === "completed" && item.content[0]?.transcript);
for (let waited_ms = 0; waited_ms < 10_000 && !complete(); waited_ms += 50) {
  await new Promise((resolve) => setTimeout(resolve, 50));
}
console.log(JSON.stringify({ history: session.history, errors, soundBytes }));
session.close();
