// A typed turn over /ws of a server that runs (`voicecli serve`). Node 22 or later, no packages.
//
//     node serve_websocket.mjs ws://127.0.0.1:8765/ws
import { writeFileSync } from "node:fs";

const socket = new WebSocket(process.argv[2]);
socket.binaryType = "arraybuffer";
socket.onopen = () => socket.send(JSON.stringify({ type: "text", text: "What is seven plus twelve?" }));
socket.onerror = () => process.exit(1);
socket.onmessage = ({ data }) => {
  if (typeof data === "string") {
    const message = JSON.parse(data);
    if (message.type === "chat_response") console.log(message.text);
    return;
  }
  writeFileSync("reply.wav", new Uint8Array(data));
  socket.close();
};
