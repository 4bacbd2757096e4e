declare const libraries: Record<string, () => unknown>;
export = libraries;
