// usage: node make_partition.js OUTPUT NAME=PATH...
// Writes the partition of files that the page makes of them.

import {readFileSync, writeFileSync} from 'node:fs';

import {makePartition} from '../../server/gui/page/serial/files_partition.js';

const [output, ...files] = process.argv.slice(2);

writeFileSync(output, makePartition(new Map(files.map((file) => {
    const [name, path] = file.split('=');

    return [name, readFileSync(path)];
}))));
