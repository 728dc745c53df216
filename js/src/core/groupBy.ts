/** Values by what `key` says of each. */
export function groupBy<K, V>(values: Iterable<V>, key: (value: V) => K): Map<K, V[]> {
  const map = new Map<K, V[]>();
  for (const value of values) {
    const at = key(value);
    const list = map.get(at);
    if (list) list.push(value);
    else map.set(at, [value]);
  }
  return map;
}
