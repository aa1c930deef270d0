import { createHmac } from "node:crypto";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

/** A request to the receiver. */
export type Received = { headers: IncomingHttpHeaders; body: string; type: string };

/** A receiver of webhooks on this machine, which the service of `make dev` allows. It answers challenges. */
export async function startReceiver() {
  const received: Received[] = [];
  const refused = new Set<string>();
  const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const { type, data } = JSON.parse(body);
    received.push({ headers: request.headers, body, type });
    const known = request.url === new URL(url()).pathname;
    response
      .writeHead(!known ? 404 : refused.delete(type) ? 500 : 200)
      .end(JSON.stringify({ challenge: data.challenge }));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  // The tests end without waiting for it.
  server.unref();
  return {
    url: url(),
    /** Types whose next event is refused. */
    refused,
    received: (type: string) => received.filter((one) => one.type === type),
  };
}

/** Whether a request has a signature of this secret, as Standard Webhooks says. */
export function isSignedWith({ headers, body }: Received, secret: string): boolean {
  const text = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
  const key = Buffer.from(secret.replace("whsec_", ""), "base64");
  const expected = `v1,${createHmac("sha256", key).update(text).digest("base64")}`;
  return String(headers["webhook-signature"]).split(" ").includes(expected);
}
