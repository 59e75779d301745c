// A machine by openid-client and jose. {make: alg} makes a pair of keys; else, knowing the issuer alone, it discovers, gets a
// token by a secret or a private key, and, where it is asked to, has it introspected and revoked.
import { readFileSync } from "node:fs";
import { exportJWK, generateKeyPair, importJWK } from "jose";
import * as client from "openid-client";

async function pair(alg) {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  return { public: await exportJWK(publicKey), private: { ...await exportJWK(privateKey), alg } };
}

async function authentication({ secret, basic, key, kid }) {
  if (secret)
    return basic ? client.ClientSecretBasic(secret) : client.ClientSecretPost(secret);
  return client.PrivateKeyJwt({ key: await importJWK(key, key.alg), kid });
}

async function run(asked) {
  const config = await client.discovery(new URL(asked.issuer), asked.id, undefined, await authentication(asked),
                                        { algorithm: "oauth2" });
  const answer = { metadata: config.serverMetadata() };
  answer.token = await client.clientCredentialsGrant(config, asked.parameters ?? {});
  if (asked.introspect)
    answer.before = await client.tokenIntrospection(config, answer.token.access_token);
  if (asked.revoke) {
    await client.tokenRevocation(config, answer.token.access_token);
    answer.after = asked.introspect ? await client.tokenIntrospection(config, answer.token.access_token) : null;
  }
  return answer;
}

const asked = JSON.parse(readFileSync(0, "utf8"));
let answer;
try {
  answer = asked.make ? await pair(asked.make) : await run(asked);
} catch (error) {
  // A reply with WWW-Authenticate is told by its challenge, and its body left unread.
  const body = error.response?.bodyUsed === false ? await error.response.json() : {};
  answer = { error: error.error ?? body.error ?? error.code ?? String(error), status: error.status ?? null };
}
console.log(JSON.stringify(answer));
