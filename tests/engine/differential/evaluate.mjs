// Evaluates every expression of a JSON request with feelin, and answers with values that have one form on both sides.
// Reads {expressions: [...], context: {...}} on standard input; writes a list, one value an expression, in order.
import { readFileSync } from "node:fs";
import { SyntaxError as FeelSyntaxError, evaluate } from "@bpmn-io/feelin";

const { expressions, context } = JSON.parse(readFileSync(0, "utf8"));

// Dates, times and durations go out as feelin itself writes them.
const written = (value) => evaluate("string(v)", { v: value }).value;

function plain(value) {
  if (value === undefined || value === null) return null;
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value === "boolean" || typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === "function") return { $function: true };
  if (value.constructor?.name === "FunctionWrapper") return { $function: true };
  if ("start included" in value) {
    return { $range: [plain(value.start), plain(value.end), value["start included"], value["end included"]] };
  }
  if (value.isLuxonDateTime || value.isLuxonDuration) return { $t: written(value) };
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

function answer(expression) {
  try {
    return plain(evaluate(expression, context).value);
  } catch (error) {
    return { $error: error instanceof FeelSyntaxError ? "syntax" : "crash" };
  }
}

process.stdout.write(JSON.stringify(expressions.map(answer)));
