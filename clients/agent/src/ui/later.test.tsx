/** A part that comes later: at once when it is here, as soon as it has come, asked again after a failure. */
import { act, cleanup, render, screen } from "@testing-library/react";
import { Component, type ComponentType, type ReactNode } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { isHolding } from "@lib/ahead";
import { Coming } from "./Coming";
import { later } from "./later";

interface Props { name: string }
const Part = ({ name, ...rest }: Props) => <p>Hello {name}{Object.keys(rest).join()}</p>;

/** A load that ends when the test says so. */
function line() {
  const turns: { resolve: (part: ComponentType<Props>) => void; reject: (error: Error) => void }[] = [];
  const load = vi.fn(() => new Promise<ComponentType<Props>>((resolve, reject) => void turns.push({ resolve, reject })));
  return { load, turns };
}

class Boundary extends Component<{ children: ReactNode }> {
  override state: { told?: string } = {};
  static getDerivedStateFromError(error: Error) {
    return { told: error.message };
  }
  override render() {
    return this.state.told ?? this.props.children;
  }
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

test("what is here already stands at the first look, with nothing in its stead", async () => {
  const { load, turns } = line();
  const Later = later(load);
  const ahead = Later.fetch();
  turns[0]!.resolve(Part);
  await ahead;
  const Stead = vi.fn(() => null);
  render(<Later name="Ada" coming={<Stead />} />);
  expect(screen.getByText("Hello Ada")).toBeTruthy();
  expect(Stead).not.toHaveBeenCalled();
  expect(load).toHaveBeenCalledTimes(1);
});

test("it stands as soon as it has come, without any clock", async () => {
  const { load, turns } = line();
  const Later = later(load);
  render(<Later name="Ada" coming="in a moment" />);
  expect(screen.getByText("in a moment")).toBeTruthy();
  await act(async () => turns[0]!.resolve(Part));
  expect(screen.getByText("Hello Ada")).toBeTruthy();
  expect(screen.queryByText("in a moment")).toBeNull();
});

test("keys are held until it has come, and no longer", async () => {
  const { load, turns } = line();
  const Later = later(load);
  render(<Later name="Ada" coming={<Coming />} />);
  expect(isHolding()).toBe(true);
  await act(async () => turns[0]!.resolve(Part));
  expect(isHolding()).toBe(false);
});

test("asked for ahead and shown while it comes, it is loaded once", async () => {
  const { load, turns } = line();
  const Later = later(load);
  void Later.fetch();
  render(<><Later name="Ada" /><Later name="Ben" /></>);
  await act(async () => turns[0]!.resolve(Part));
  expect(screen.getByText("Hello Ada")).toBeTruthy();
  expect(screen.getByText("Hello Ben")).toBeTruthy();
  expect(load).toHaveBeenCalledTimes(1);
});

test("a failure is the boundary's, and who comes back asks again", async () => {
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  const { load, turns } = line();
  const Later = later(load);
  const { unmount } = render(<Boundary><Later name="Ada" coming="in a moment" /></Boundary>);
  await act(async () => turns[0]!.reject(new Error("not on the server")));
  expect(screen.getByText("not on the server")).toBeTruthy();
  unmount();
  render(<Boundary><Later name="Ada" /></Boundary>);
  await act(async () => turns[1]!.resolve(Part));
  expect(screen.getByText("Hello Ada")).toBeTruthy();
  expect(load).toHaveBeenCalledTimes(2);
});

test("a failure ahead of time troubles nobody until it is needed", async () => {
  const { load, turns } = line();
  const Later = later(load);
  const ahead = Promise.allSettled([Later.fetch()]);
  turns[0]!.reject(new Error("no line"));
  await ahead;
  render(<Boundary><Later name="Ada" coming="in a moment" /></Boundary>);
  expect(screen.getByText("in a moment")).toBeTruthy();
  await act(async () => turns[1]!.resolve(Part));
  expect(screen.getByText("Hello Ada")).toBeTruthy();
});
