// Builds HTML without holes: whatever is put into a template is escaped unless it is HTML itself.

/** Text that is already HTML. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = string | number | Html | readonly Html[] | undefined;

/** Escapes text for HTML content and quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

function render(part: Part): string {
  if (part === undefined) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'object') return part.map((one) => one.text).join('');
  return escapeHtml(String(part));
}

/** A template whose values are escaped; Html, lists of Html and undefined (nothing) pass as they are. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(strings.map((text, i) => text + (i < parts.length ? render(parts[i]) : '')).join(''));
}

/** JSON for a script element: no character in it can end the element. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value).replace(/</g, '\\u003c');
}

/**
 * A script or style element around trusted text, character by character: a policy's hash covers every one.
 * Throws when the text would end the element.
 */
export function element(name: 'script' | 'style', text: string, attributes = ''): Html {
  if (text.toLowerCase().includes(`</${name}`)) throw new Error(`a ${name} must not contain </${name}`);
  return new Html(`<${name}${attributes}>${text}</${name}>`);
}
