// An algorithm's parameters as rows of a table, read from their JSON Schema.

export interface ParameterRow {
  name: string;
  about: string;
  /** Type and what it may be: `integer, 1 … 100`. */
  values: string;
  default: string;
}

interface Property {
  type?: string;
  title?: string;
  description?: string;
  default?: unknown;
  enum?: readonly unknown[];
  const?: unknown;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  anyOf?: readonly Property[];
}

export function parametersOf(schema: Record<string, unknown>): ParameterRow[] {
  const properties = (schema["properties"] ?? {}) as Record<string, Property>;
  return Object.entries(properties).map(([name, property]) => ({
    name,
    about: property.description ?? "",
    values: valuesOf(property),
    default: shown(property.default),
  }));
}

function valuesOf(property: Property): string {
  if (property.anyOf) return [...new Set(property.anyOf.map(valuesOf))].filter(Boolean).join(" | ");
  if (property.enum) return property.enum.map(shown).join(" | ");
  if (property.const !== undefined) return shown(property.const);
  return [property.type ?? "", rangeOf(property)].filter(Boolean).join(", ");
}

function rangeOf(property: Property): string {
  const least = property.minimum ?? property.exclusiveMinimum;
  const most = property.maximum ?? property.exclusiveMaximum;
  if (least === undefined && most === undefined) return "";
  return `${least ?? "−∞"} … ${most ?? "∞"}`;
}

function shown(value: unknown): string {
  if (value === undefined || value === null) return "–";
  return typeof value === "string" ? value : JSON.stringify(value);
}
