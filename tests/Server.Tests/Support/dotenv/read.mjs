import { readFileSync } from 'node:fs';
import { parse } from 'dotenv';

process.stdout.write(JSON.stringify(parse(readFileSync(process.argv[2]))));
