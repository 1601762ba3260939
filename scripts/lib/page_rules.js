#!/usr/bin/env node
// page_rules.js FILE...: what the rules for server/gui/page ask of its modules and documents beyond
// what types show. Prints what it finds, and fails if that is anything.
'use strict';

const fs = require('fs');
const ts = require('typescript');

const FUNCTION_LINES_MAX = 60;
const PARAMETERS_MAX = 5;

// By these a text becomes markup or code, or a style that the page's policy refuses.
const FORBIDDEN_MEMBERS = new Set(['innerHTML', 'outerHTML', 'insertAdjacentHTML', 'srcdoc', 'cssText',
    'createContextualFragment', 'setHTMLUnsafe', 'parseFromString']);
const FORBIDDEN_NAMES = new Set(['eval', 'Function', 'DOMParser']);
// Only api/ talks to the daemon.
const NETWORK_NAMES = new Set(['fetch', 'XMLHttpRequest', 'EventSource', 'WebSocket', 'sendBeacon']);
const NAMESPACE = 'http://www.w3.org/';

let findings = 0;

function tell(file, line, what) {
    console.log(`${file}:${line}: ${what}`);
    findings++;
}

function lineOf(source, position) {
    return source.getLineAndCharacterOfPosition(position).line + 1;
}

function linesOf(source, node) {
    return lineOf(source, node.end) - lineOf(source, node.getStart(source)) + 1;
}

// A function's lines without those of the functions inside it, of which each counts for itself.
function ownLines(source, node) {
    let lines = linesOf(source, node);

    const visit = (child) => {
        if (ts.isFunctionLike(child) && child.body !== undefined)
            lines -= linesOf(source, child) - 1;
        else
            ts.forEachChild(child, visit);
    };

    ts.forEachChild(node, visit);
    return lines;
}

function checkFunction(file, source, node) {
    const line = lineOf(source, node.getStart(source));
    const name = node.name !== undefined ? node.name.getText(source) : 'a function';
    const lines = ownLines(source, node);

    if (lines > FUNCTION_LINES_MAX)
        tell(file, line, `${name} has ${lines} lines; ${FUNCTION_LINES_MAX} are the limit`);
    if (node.parameters.length > PARAMETERS_MAX)
        tell(file, line, `${name} has ${node.parameters.length} parameters; ${PARAMETERS_MAX} are the limit`);
}

function checkName(file, source, node) {
    const line = lineOf(source, node.getStart(source));
    const isMember = ts.isPropertyAccessExpression(node.parent) && node.parent.name === node;

    if (FORBIDDEN_MEMBERS.has(node.text) || (FORBIDDEN_NAMES.has(node.text) && !isMember))
        tell(file, line, `${node.text}: texts are text nodes, and nothing becomes code`);
    if (node.text === 'write' && isMember && node.parent.expression.getText(source) === 'document')
        tell(file, line, 'document.write: texts are text nodes');
    if (NETWORK_NAMES.has(node.text) && !file.includes('/page/api/'))
        tell(file, line, `${node.text}: only api/ talks to the daemon`);
}

function checkText(file, source, node) {
    const line = lineOf(source, node.getStart(source));

    if (/^(https?:)?\/\/./.test(node.text) && !node.text.startsWith(NAMESPACE))
        tell(file, line, `${node.text}: nothing comes from elsewhere`);
    if (FORBIDDEN_MEMBERS.has(node.text))
        tell(file, line, `${node.text}: texts are text nodes`);
}

function checkModule(file) {
    const source = ts.createSourceFile(file, fs.readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022, true);

    const visit = (node) => {
        if (ts.isFunctionLike(node) && node.body !== undefined)
            checkFunction(file, source, node);
        else if (ts.isIdentifier(node))
            checkName(file, source, node);
        else if (ts.isStringLiteralLike(node))
            checkText(file, source, node);
        ts.forEachChild(node, visit);
    };

    visit(source);
}

// Neither styles nor scripts stand in it, and what it loads is ours.
function checkDocument(file) {
    fs.readFileSync(file, 'utf8').split('\n').forEach((text, i) => {
        if (/<style|\sstyle=|\son[a-z]+=|javascript:/i.test(text) || /<script(?![^>]*\ssrc=)/i.test(text))
            tell(file, i + 1, 'a style or a script stands in it');
        if (/\s(?:src|href)=(?!["']?(?:\/gui\/|#))/i.test(text))
            tell(file, i + 1, 'what it loads is below /gui/');
    });
}

for (const file of process.argv.slice(2)) {
    if (file.endsWith('.js'))
        checkModule(file);
    else
        checkDocument(file);
}
process.exit(findings > 0 ? 1 : 0);
