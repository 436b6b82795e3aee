// A fault of one page stays on that page: the frame around it goes on working.

import { Component, type ReactNode } from "react";

import { Icon } from "./Icon";

interface BoundaryProps {
  title: string;
  children: ReactNode;
}

export class Boundary extends Component<BoundaryProps, { error: Error | undefined }> {
  override state = { error: undefined as Error | undefined };

  static getDerivedStateFromError(error: unknown) {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render() {
    if (this.state.error === undefined) return this.props.children;
    return (
      <div className="failure failure-large" role="alert">
        <Icon name="alert" size={22} />
        <div>
          <strong>{this.props.title}</strong>
          <p>{this.state.error.message}</p>
        </div>
      </div>
    );
  }
}
