import { problemFrom, sentenceOf } from "@/lib/problem";
import { type ToastAct, toasts } from "@/lib/toasts";

/** Says that something could not be done, why, and with which trace id. */
export function showProblem(error: unknown, act?: ToastAct): void {
  const problem = problemFrom(error);
  toasts.show({
    tone: "error",
    text: problem.title,
    detail: sentenceOf(problem),
    ...(act !== undefined && { act }),
    ...(problem.requestId !== undefined && { requestId: problem.requestId }),
  });
}
