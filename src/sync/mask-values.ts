/**
 * Texts shorter than this are left out: as masks they would blank unrelated words (`true`, `}`, `prod`) in the whole log.
 * The runner hides whole secrets of any length by itself.
 */
const SHORTEST = 8;
/** First and last lines of keys in PEM: the same in all of them. */
const ARMOUR = /^-----(BEGIN|END) [A-Z0-9 ]+-----$/;

/**
 * Everything of these values that a log could show: each whole value and each of its lines, as it is, in base64 (also
 * inside a longer text, where it has one of three shapes), as part of a URL and as part of a JSON text.
 */
export function masksOf(values: readonly string[]): string[] {
  const texts = values.flatMap((value) => [value, ...value.split(/\r\n|\r|\n/)].map((text) => text.trim()));
  const told = new Set(texts.filter((text) => text.length >= SHORTEST && !ARMOUR.test(text)));
  const masks = [...told, ...values.filter((value) => told.has(value.trim()))].flatMap(shapesOf);
  // A mask of several lines can hide nothing: a log is masked line by line, and each line has a mask of its own.
  return [...new Set(masks)].filter((mask) => mask.length >= SHORTEST && !/[\r\n]/.test(mask));
}

function shapesOf(text: string): string[] {
  const bytes = Buffer.from(text, "utf8");
  const base64 = [bytes.toString("base64"), ...[0, 1, 2].map((shift) => core(bytes, shift))];
  return [
    text,
    ...base64,
    ...base64.map((each) => each.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "")),
    encodeURIComponent(text.toWellFormed()),
    JSON.stringify(text).slice(1, -1),
  ];
}

/** The letters of base64 that stand for these bytes alone when `shift` of them share a letter with what goes before. */
function core(bytes: Buffer, shift: number): string {
  const whole = Math.floor((bytes.length - shift) / 3) * 3;
  return bytes.subarray(shift, shift + Math.max(0, whole)).toString("base64");
}
