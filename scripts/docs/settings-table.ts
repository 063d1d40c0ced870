import { z } from 'zod';
import { configJsonSchema } from './config-json-schema';
import { markdownTable } from './markdown';

/** The parts of a JSON schema that the table shows. */
interface Schema {
  readonly type?: string | undefined;
  readonly title?: string | undefined;
  readonly description?: string | undefined;
  readonly default?: unknown;
  readonly const?: string | undefined;
  readonly enum?: readonly unknown[] | undefined;
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  readonly exclusiveMaximum?: number | undefined;
  readonly required?: readonly string[] | undefined;
  readonly properties?: Readonly<Record<string, Schema>> | undefined;
  readonly items?: Schema | undefined;
  readonly anyOf?: readonly Schema[] | undefined;
  readonly oneOf?: readonly Schema[] | undefined;
  readonly additionalProperties?: Schema | boolean | undefined;
}

const schemaOfSchemas: z.ZodType<Schema> = z.lazy(() =>
  z.object({
    type: z.string().optional(),
    title: z.string().optional(),
    description: z.string().optional(),
    default: z.unknown().optional(),
    const: z.string().optional(),
    enum: z.array(z.unknown()).optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    exclusiveMaximum: z.number().optional(),
    required: z.array(z.string()).optional(),
    properties: z.record(z.string(), schemaOfSchemas).optional(),
    items: schemaOfSchemas.optional(),
    anyOf: z.array(schemaOfSchemas).optional(),
    oneOf: z.array(schemaOfSchemas).optional(),
    additionalProperties: z.union([z.boolean(), schemaOfSchemas]).optional(),
  }),
);

/** One setting: its name with those of the groups around it, its value, its default, its meaning. */
type Row = readonly [name: string, value: string, byDefault: string, meaning: string];

/** Every setting of the configuration in a table. Throws if one has no description. */
export function settingsTable(): string {
  const rows = rowsIn(schemaOfSchemas.parse(configJsonSchema()), '');
  return markdownTable(['setting', 'value', 'default', 'meaning'], rows);
}

function rowsOf(name: string, schema: Schema, isNeeded: boolean): readonly Row[] {
  const own: Row = [
    code(name),
    valueOf(schema),
    defaultOf(schema, isNeeded),
    meaningOf(name, schema),
  ];
  const inner = rowsIn(schema, name);
  return isGroup(schema) ? inner : [own, ...inner];
}

function rowsIn(schema: Schema, name: string): readonly Row[] {
  const { properties, additionalProperties, items, oneOf = [], anyOf = [], required = [] } = schema;
  const prefix = name === '' ? '' : `${name}.`;
  const fields = Object.entries(properties ?? {});
  return [
    ...fields.flatMap(([key, field]) => rowsOf(prefix + key, field, required.includes(key))),
    ...(typeof additionalProperties === 'object'
      ? rowsIn(additionalProperties, `${prefix}NAME`)
      : []),
    ...(items?.properties === undefined ? [] : rowsIn(items, `${name}[]`)),
    ...oneOf
      .filter((option) => option.properties !== undefined)
      .flatMap((option) => choiceRows(name, option)),
    ...anyOf.flatMap((option) => rowsIn(option, name)),
  ];
}

/** The rows of one alternative: its first field says which one it is. */
function choiceRows(name: string, option: Schema): readonly Row[] {
  const [key, field] = Object.entries(option.properties ?? {})[0] ?? [];
  const choice = `${key ?? ''}: ${field?.const ?? ''}`;
  const meaning = meaningOf(name, field ?? {});
  const others = Object.fromEntries(Object.entries(option.properties ?? {}).slice(1));
  const inner = rowsIn({ ...option, properties: others }, name).map(
    ([setting, value, byDefault, says]): Row => [
      setting,
      value,
      byDefault,
      `With \`${choice}\`: ${says}`,
    ],
  );
  return [[code(name), code(choice), '', meaning], ...inner];
}

function isGroup({ properties, oneOf = [], default: byDefault }: Schema): boolean {
  const isOnlyGroup = properties !== undefined && (byDefault === undefined || isEmpty(byDefault));
  return isOnlyGroup && !oneOf.some((option) => option.properties !== undefined);
}

function isEmpty(value: unknown): boolean {
  return JSON.stringify(value) === '{}';
}

function valueOf(schema: Schema): string {
  const { type, title, enum: values, minimum, maximum, exclusiveMaximum, anyOf, oneOf } = schema;
  if (title !== undefined) return title;
  if (schema.const !== undefined) return code(schema.const);
  if (values !== undefined) return values.map((value) => code(String(value))).join(', ');
  if (anyOf !== undefined) {
    return anyOf
      .map((one) => (one.type === 'null' ? '`null` for none' : valueOf(one)))
      .join(', or ');
  }
  if (oneOf !== undefined) return 'one of the following';
  const most = maximum ?? exclusiveMaximum;
  const upTo = most === undefined ? '' : ` to ${maximum === undefined ? 'below ' : ''}${most}`;
  const range = minimum === undefined ? '' : ` from ${minimum}${upTo}`;
  const words = {
    integer: 'whole number',
    boolean: '`true`, `false`',
    string: 'text',
    array: 'list',
  };
  const kind = Object.entries(words).find(([name]) => name === type)?.[1] ?? type ?? '';
  return `${kind === 'object' ? 'group' : kind}${range}`;
}

function defaultOf({ default: byDefault }: Schema, isNeeded: boolean): string {
  if (isNeeded) return 'must be given';
  if (byDefault === undefined) return 'none';
  if (typeof byDefault !== 'object' || byDefault === null) return code(textOf(byDefault));
  const fields = Object.entries(byDefault).map(([key, value]) => `${key}: ${textOf(value)}`);
  return fields.length === 0 ? 'none' : code(fields.join(', '));
}

function meaningOf(name: string, { description }: Schema): string {
  if (description !== undefined) return description;
  throw new Error(`the setting "${name}" has no description in its schema`);
}

function code(text: string): string {
  return `\`${text}\``;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
