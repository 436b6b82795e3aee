// Which keys do what, always in sight.

interface KeyHelpProps {
  label: string;
  keys: readonly (readonly [keys: readonly string[], what: string])[];
}

export function KeyHelp({ label, keys }: KeyHelpProps) {
  return (
    <ul className="key-help" aria-label={label}>
      {keys.map(([pressed, what]) => (
        <li key={what}>
          {pressed.map((one) => (
            <kbd key={one}>{one}</kbd>
          ))}{" "}
          {what}
        </li>
      ))}
    </ul>
  );
}
