// Verifies access tokens by jose, as a resource server would that has nothing but the URL of the key set (RFC 9068 section 4).
import { readFileSync } from "node:fs";
import { createRemoteJWKSet, jwtVerify } from "jose";

const { jwks, issuer, audience, tokens } = JSON.parse(readFileSync(0, "utf8"));
const keys = createRemoteJWKSet(new URL(jwks));
const answers = [];
for (const token of tokens) {
  try {
    const { payload, protectedHeader } = await jwtVerify(token, keys, { issuer, audience, typ: "at+jwt", algorithms: ["ES256"] });
    answers.push({ payload, header: protectedHeader });
  } catch (error) {
    answers.push({ error: error.code });
  }
}
console.log(JSON.stringify(answers));
