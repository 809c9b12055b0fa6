/** One sentence for the moments when there is nothing to ask yet. */
export function Notice({ title, note }: { readonly title: string; readonly note?: string }) {
  return (
    <main class="notice">
      <h1 tabIndex={-1}>{title}</h1>
      {note !== undefined && <p class="hint">{note}</p>}
    </main>
  );
}
