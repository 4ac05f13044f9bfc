/** A QR code drawn from its rows; always dark on white, for scanners. */
export function Qr({ rows, label, size = 168 }: { rows: readonly string[]; label: string; size?: number }) {
  const side = rows.length + 8;
  const path = rows.flatMap((row, y) => [...row].map((module, x) => (module === "1" ? `M${x + 4} ${y + 4}h1v1h-1z` : ""))).join("");
  return (
    <svg viewBox={`0 0 ${side} ${side}`} width={size} height={size} role="img" aria-label={label} shapeRendering="crispEdges">
      <rect width={side} height={side} rx="2" fill="white" />
      <path d={path} fill="black" />
    </svg>
  );
}
