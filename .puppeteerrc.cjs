// Chrome is found or fetched by scripts/setup.mjs, never by Puppeteer's own install script.
module.exports = { skipDownload: true };
