// One-time codes by otplib: standard input is a JSON list of {secret, algorithm, digits, at}, standard output one of codes.
import { readFileSync } from "node:fs";
import { generateSync } from "otplib";

const asked = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify(asked.map(({ secret, algorithm, digits, at }) =>
  generateSync({ secret, algorithm: algorithm.toLowerCase(), digits, epoch: at }))));
