import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rootCertificates } from "node:tls";

/** A certificate of this machine alone, with what clients need to trust it. */
export interface LocalCertificate {
  /** PEM. */
  key: string;
  cert: string;
  /** File of the authorities that this machine trusts, and this certificate: for clients that take one file for all. */
  bundle: string;
}

/** Names that this machine has for itself. */
const NAMES = "subjectAltName=DNS:localhost,DNS:*.localhost,IP:127.0.0.1";
/** Longest life that Apple's clients take of a certificate (support.apple.com/103769). */
const DAYS = 397;
const DAY_MS = 24 * 60 * 60 * 1000;

/** Where systems keep the authorities they trust (Go's crypto/x509, root_linux.go and root_bsd.go). */
const SYSTEM_BUNDLES = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
  "/etc/ssl/cert.pem",
];

/**
 * The certificate in a folder, made when there is none or it is about to expire. Its key is readable by its owner alone.
 *
 * @param trusted file of further authorities, as SSL_CERT_FILE names one.
 * @returns undefined when openssl, which makes it, is not installed.
 */
export function localCertificate(folder: string, trusted?: string): LocalCertificate | undefined {
  const files = {
    key: join(folder, "key.pem"),
    cert: join(folder, "cert.pem"),
    bundle: join(folder, "bundle.pem"),
  };
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (!isGood(files.cert) && !make(files.key, files.cert)) return undefined;
  const cert = readFileSync(files.cert, "utf8");
  const bundle = [trusted, ...SYSTEM_BUNDLES].find(
    (file) => file !== undefined && file !== files.bundle && existsSync(file),
  );
  const authorities = bundle === undefined ? rootCertificates.join("\n") : readFileSync(bundle, "utf8");
  writeFileSync(files.bundle, `${authorities.trimEnd()}\n${cert}`);
  return { key: readFileSync(files.key, "utf8"), cert, bundle: files.bundle };
}

function isGood(file: string): boolean {
  if (!existsSync(file)) return false;
  return new Date(new X509Certificate(readFileSync(file)).validTo).getTime() > Date.now() + 7 * DAY_MS;
}

function make(key: string, cert: string): boolean {
  const kind = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-sha256", "-days", String(DAYS)];
  const names = ["-subj", "/CN=Sandbox on this machine", "-addext", NAMES];
  try {
    writeFileSync(key, "", { mode: 0o600 });
    execFileSync("openssl", [...kind, ...names, "-keyout", key, "-out", cert], { stdio: "pipe" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw new Error(`openssl could not make a certificate: ${(error as { stderr?: Buffer }).stderr}`);
  }
}
