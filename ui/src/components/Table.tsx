// A dense table: columns are declared once, cells are made from records.

import type { ReactNode } from "react";

export interface ColumnOf<T> {
  key: string;
  title: ReactNode;
  cell: (row: T) => ReactNode;
  /** Numbers stand at the right. */
  number?: boolean;
  className?: string;
}

interface TableProps<T> {
  label: string;
  columns: readonly ColumnOf<T>[];
  rows: readonly T[];
  rowKey: (row: T, index: number) => string;
  rowClass?: (row: T) => string;
}

export function Table<T>({ label, columns, rows, rowKey, rowClass }: TableProps<T>) {
  return (
    <div className="table-box" role="region" aria-label={label} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.key} scope="col" className={column.number ? "number" : undefined}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={rowKey(row, index)} className={rowClass?.(row)}>
              {columns.map((column) => (
                <td
                  key={column.key}
                  className={[column.number ? "number" : "", column.className ?? ""].join(" ")}
                >
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
