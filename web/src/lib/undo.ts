// The last acts that can be undone, newest last. What an act's undoing does is the business of whoever did it.

export interface UndoStep {
  label: string;
  undo: () => Promise<void>;
}

const MOST = 50;

export class UndoStack {
  private steps: UndoStep[] = [];

  push(step: UndoStep): void {
    this.steps = [...this.steps, step].slice(-MOST);
  }

  /** Takes a step that was undone by another way (its toast). */
  remove(step: UndoStep): void {
    this.steps = this.steps.filter((other) => other !== step);
  }

  /** Undoes the newest step; undefined when there is none. */
  async undo(): Promise<UndoStep | undefined> {
    const step = this.steps.pop();
    await step?.undo();
    return step;
  }

  clear(): void {
    this.steps = [];
  }
}

export const undoStack = new UndoStack();
