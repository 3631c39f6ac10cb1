/** A value that a function yields or takes. */
export type TemplateValue = string | readonly string[];
