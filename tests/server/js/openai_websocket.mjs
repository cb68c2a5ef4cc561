// node openai_websocket.mjs BASE_URL PCM...: each recording is a turn. Prints what came of it.

import OpenAI from "openai";
import { OpenAIRealtimeWS } from "openai/realtime/ws";
import { say } from "./said.mjs";

const [baseURL, ...recordings] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey: "none" });
const connection = new OpenAIRealtimeWS({ model: "voicecli" }, client);

const errors = [];
const transcripts = [];
const responses = [];
let soundBytes = 0;
let replied = () => {};
connection.on("error", (error) => errors.push(String(error)));
connection.on("conversation.item.input_audio_transcription.completed", ({ transcript }) => transcripts.push(transcript));
connection.on("response.output_audio.delta", ({ delta }) => (soundBytes += Buffer.from(delta, "base64").length));
connection.on("response.done", ({ response }) => {
  responses.push(response);
  replied();
});

await new Promise((resolve) => connection.once("session.created", resolve));
for (const path of recordings) {
  const reply = new Promise((resolve) => (replied = resolve));
  await say(path, (piece) => connection.send({ type: "input_audio_buffer.append", audio: piece.toString("base64") }));
  await reply;
}
console.log(JSON.stringify({ transcripts, responses, errors, soundBytes }));
connection.close();
